"""A stand-in of the broker for commands that load something."""

from schemas.errors import Transient
from streams.engine.kafka import Output


class Broker:
    """Takes records until `fails` of them have been sent."""

    def __init__(self) -> None:
        self.sent: list[Output] = []
        self.fails = 1 << 30

    async def send(self, outputs: list[Output]) -> None:
        """As `Outputs.send`."""
        if len(self.sent) >= self.fails:
            raise Transient("no broker")
        self.sent += outputs

    async def there(self, *_: object) -> None:
        """As `wait_for_topics`."""

    async def stop(self) -> None:
        """As `Outputs.stop`."""
