"""Writes each line of JSON again as Python's json does by default."""

import json
import sys

for line in sys.stdin:
    print(json.dumps(json.loads(line)))
