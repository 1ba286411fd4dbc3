-- One row is the night that this file comes from, with all that is known of it.
from latest_run
