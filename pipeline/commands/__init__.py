"""The commands, one a file. Libraries that warn while they are imported are kept quiet until logging is set up."""

import logging

logging.basicConfig(level=logging.ERROR)
