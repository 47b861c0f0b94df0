"""Names on the Hugging Face Hub."""

import re

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
"""The name of a repository: OWNER/NAME."""
