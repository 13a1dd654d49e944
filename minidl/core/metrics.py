"""What people look at while the loss gets smaller."""


class Mean:
    def __init__(self, name="mean"):
        self.name, self.total, self.count = name, 0.0, 0.0

    def update_state(self, values, sample_weight=1):
        self.total += float(values.sum()) * sample_weight
        self.count += values.size * sample_weight

    def result(self):
        return self.total / self.count if self.count else 0.0

    def reset_state(self):
        self.total = self.count = 0.0
