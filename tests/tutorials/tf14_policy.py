"""An agent that learns from rewards, action by action: np.random.choice takes the probabilities of
a softmax, the losses of an episode become one number, and the tape gives its gradients.
"""

import numpy as np

from .common import fixed


class Environment:
    """Four numbers a step; going left in the first half of an episode brings rewards."""

    def reset(self):
        self.t, self.rng = 0, np.random.default_rng(3)
        return self.rng.normal(size=4)

    def step(self, action):
        self.t += 1
        reward = 1.0 if (action == 0) == (self.t < 4) else 0.0
        return self.rng.normal(size=4), reward, self.t == 7, {}


def main(tf):
    np.random.seed(14)
    eps = np.finfo(np.float32).eps.item()
    inputs = tf.keras.layers.Input(shape=(4,))
    common = tf.keras.layers.Dense(8, activation="relu")(inputs)
    action = tf.keras.layers.Dense(2, activation="softmax")(common)
    critic = tf.keras.layers.Dense(1)(common)
    model = fixed(tf.keras.Model(inputs=inputs, outputs=[action, critic]), 4, 0.3)
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.01)
    huber_loss = tf.keras.losses.Huber()
    env, running_reward, lines, taken = Environment(), 0, [], []
    for episode in range(3):
        state, done, episode_reward = env.reset(), False, 0
        log_probs, values, rewards = [], [], []
        with tf.GradientTape() as tape:
            while not done:
                state = tf.expand_dims(tf.convert_to_tensor(state), 0)
                action_probs, critic_value = model(state)
                values.append(critic_value[0, 0])
                action = np.random.choice(2, p=np.squeeze(action_probs))
                taken.append(int(action))
                log_probs.append(tf.math.log(action_probs[0, action]))
                state, reward, done, _ = env.step(action)
                rewards.append(reward)
                episode_reward += reward
            running_reward = 0.05 * episode_reward + (1 - 0.05) * running_reward
            returns, discounted_sum = [], 0
            for r in rewards[::-1]:
                discounted_sum = r + 0.99 * discounted_sum
                returns.insert(0, discounted_sum)
            returns = np.array(returns)
            returns = (returns - np.mean(returns)) / (np.std(returns) + eps)
            actor_losses, critic_losses = [], []
            for log_prob, value, ret in zip(log_probs, values, returns.tolist()):
                actor_losses.append(-log_prob * (ret - value))
                critic_losses.append(huber_loss(tf.expand_dims(value, 0), tf.expand_dims(ret, 0)))
            loss_value = sum(actor_losses) + sum(critic_losses)
        grads = tape.gradient(loss_value, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        lines.append(f"running reward: {running_reward:.2f} at {episode}, loss {loss_value:.3f}")
    return {"lines": lines, "taken": taken, "weights": [w[:1] for w in model.get_weights()]}
