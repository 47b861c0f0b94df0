"""What every stage uses: read-only arrays, extras, progress, ranks."""

from zebra_core.base import markup as markup
