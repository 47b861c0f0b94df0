"""What every stage uses: read-only arrays, extras, progress, ranks."""
