"""Actor and critic on a small game of its own: an environment called through numpy_function, a
TensorArray of what was met, returns standardized, Huber's loss.
"""

import numpy as np

from .common import fixed


class Walk:
    """A walk along a line of seven places; the right end gives a reward."""

    def reset(self):
        self.place = 3
        return self.state()

    def state(self):
        return np.eye(7, dtype=np.float32)[self.place]

    def step(self, action):
        self.place += 1 if action else -1
        over = self.place in (0, 6)
        return self.state(), np.float32(self.place == 6) - np.float32(0.1), over


def main(tf):
    env = Walk()
    eps = np.finfo(np.float32).eps.item()

    class ActorCritic(tf.keras.Model):
        def __init__(self, num_actions, num_hidden_units):
            super().__init__()
            self.common = tf.keras.layers.Dense(num_hidden_units, activation="relu")
            self.actor = tf.keras.layers.Dense(num_actions)
            self.critic = tf.keras.layers.Dense(1)

        def call(self, inputs):
            x = self.common(inputs)
            return self.actor(x), self.critic(x)

    model = ActorCritic(2, 5)
    model(tf.zeros((1, 7)))
    fixed(model, 3, 0.5)

    @tf.numpy_function(Tout=[tf.float32, tf.int32, tf.int32])
    def env_step(action):
        state, reward, done = env.step(action)
        return state, np.array(reward * 10, np.int32), np.array(done, np.int32)

    def run_episode(initial_state, max_steps):
        action_probs = tf.TensorArray(dtype=tf.float32, size=0, dynamic_size=True)
        values = tf.TensorArray(dtype=tf.float32, size=0, dynamic_size=True)
        rewards = tf.TensorArray(dtype=tf.int32, size=0, dynamic_size=True)
        initial_state_shape = initial_state.shape
        state = initial_state
        for t in tf.range(max_steps):
            state = tf.expand_dims(state, 0)
            action_logits_t, value = model(state)
            # the greedy action, so that both libraries walk the same way
            action = tf.argmax(action_logits_t, 1)[0]
            action_probs_t = tf.nn.softmax(action_logits_t)
            values = values.write(t, tf.squeeze(value))
            action_probs = action_probs.write(t, action_probs_t[0, action])
            state, reward, done = env_step(action)
            state.set_shape(initial_state_shape)
            rewards = rewards.write(t, reward)
            if tf.cast(done, tf.bool):
                break
        return action_probs.stack(), values.stack(), rewards.stack()

    def get_expected_return(rewards, gamma, standardize=True):
        n = tf.shape(rewards)[0]
        returns = tf.TensorArray(dtype=tf.float32, size=n)
        rewards = tf.cast(rewards[::-1], dtype=tf.float32)
        discounted_sum = tf.constant(0.0)
        for i in tf.range(n):
            discounted_sum = rewards[i] + gamma * discounted_sum
            returns = returns.write(i, discounted_sum)
        returns = returns.stack()[::-1]
        if standardize:
            returns = (returns - tf.math.reduce_mean(returns)) / (tf.math.reduce_std(returns) + eps)
        return returns

    huber_loss = tf.keras.losses.Huber(reduction="sum")

    def compute_loss(action_probs, values, returns):
        advantage = returns - values
        action_log_probs = tf.math.log(action_probs)
        actor_loss = -tf.math.reduce_sum(action_log_probs * advantage)
        return actor_loss + huber_loss(values, returns)

    optimizer = tf.keras.optimizers.Adam(learning_rate=0.01)

    @tf.function
    def train_step(initial_state, max_steps):
        with tf.GradientTape() as tape:
            action_probs, values, rewards = run_episode(initial_state, max_steps)
            returns = get_expected_return(rewards, 0.9)
            action_probs, values, returns = [
                tf.expand_dims(x, 1) for x in [action_probs, values, returns]
            ]
            loss = compute_loss(action_probs, values, returns)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables))
        return tf.math.reduce_sum(rewards), loss

    tf.config.run_functions_eagerly(True)
    rows = []
    for _ in range(4):
        initial_state = tf.constant(env.reset(), dtype=tf.float32)
        reward, loss = train_step(initial_state, 8)
        rows.append([int(reward), float(loss)])
    tf.config.run_functions_eagerly(False)

    # the same with a tape that persists, and a value function alone
    x = tf.constant(np.eye(7, dtype="float32"))
    with tf.GradientTape(persistent=True) as tape:
        logits, value = model(x)
        entropy = -tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), axis=-1)
        mean = tf.reduce_mean(entropy)
        error = tf.reduce_mean(tf.square(value[:, 0] - tf.linspace(0.0, 1.0, 7)))
    of_entropy = tape.gradient(mean, model.actor.trainable_variables)
    of_error = tape.gradient(error, model.critic.trainable_variables)
    array = tf.TensorArray(tf.float32, size=2, clear_after_read=False).unstack(x[:2])
    return {
        "rows": rows,
        "entropy": [float(mean), [g.numpy() for g in of_entropy]],
        "error": [float(error), [g.numpy() for g in of_error]],
        "array": [int(array.size()), array.read(1).numpy(), array.concat().numpy()],
    }
