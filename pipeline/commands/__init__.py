"""The commands, one a file. Libraries that warn while they are imported are kept quiet until logging is set up."""

import logging

EARLY = logging.StreamHandler()
"""Takes what comes before logging is set up (shared.log_to_stderr), and is taken away then."""

logging.getLogger().addHandler(EARLY)  # one must be there: else the first logging.warning() of a library adds one
EARLY.setLevel(logging.ERROR)  # of the handler: an import must not silence the process that imports us
