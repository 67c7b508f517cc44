"""Reading deliveries: what a department hands over becomes Arrow batches of text, or is refused with a reason."""

from foundation.delivery.control import Control, check_control, control, control_path, sha256
from foundation.delivery.database import Retry, open_database
from foundation.delivery.delivery import Delivery, open_delivery
from foundation.delivery.discover import Found, discover, unread
from foundation.delivery.refusal import DeliveryRefused, RejectedRow, Rejections
from foundation.delivery.text import refuse_empty

__all__ = [
    "Control",
    "Delivery",
    "DeliveryRefused",
    "Found",
    "RejectedRow",
    "Rejections",
    "Retry",
    "check_control",
    "control",
    "control_path",
    "discover",
    "open_database",
    "open_delivery",
    "refuse_empty",
    "sha256",
    "unread",
]
