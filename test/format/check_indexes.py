"""Checks that what speeds up queries says what FORMAT.md promises, in every segment of a data directory.

    python check_indexes.py DIRECTORY

Prints how many trigram filters, lists of triples, value counts, tree nodes and saved rows it compared with the events themselves.
"""

import json
import struct
import sys
from collections import Counter
from itertools import accumulate
from pathlib import Path

from read_segments import GROUP_ROWS, HASH_BYTES, Directory, check, checked, piece, unsealed_events

FACETS = 16
SERVICE = 10
TEXT_BLOCK_ROWS = 256


def trigram_filter(text):
    bits = bytearray(8192)
    for a, b, c in zip(text, text[1:], text[2:]):
        bit = ((a << 16 | b << 8 | c) * 0x9E3779B1 & 0xFFFFFFFF) >> 16
        bits[bit >> 3] |= 1 << (bit & 7)
    return bytes(bits)


def triples_of_buckets(segment):
    """The numbers of the blocks that have each triple, as the index of texts says it."""
    index, blocks, found = segment.index["textIndex"], -(-segment.rows // TEXT_BLOCK_ROWS), {}
    buckets = list(segment.frames("buckets", index["buckets"], packed=False))
    for place, bucket in enumerate(buckets):
        at, before = 0, -1
        while at < len(bucket):
            triple = int.from_bytes(bucket[at : at + 3], "big")
            check(triple > before, "order of triples")
            check((triple * 0x9E3779B1 & 0xFFFFFFFF) * len(buckets) >> 32 == place, "bucket of a triple")
            header = next(numbers(bucket[at + 3 :]))
            start = at + 3 + len(base_128(header))
            end = start + header // 2
            payload = bucket[start:end]
            if header == 0:
                found[triple] = set(range(blocks))
            elif header % 2:
                found[triple] = {block for block in range(len(payload) * 8) if payload[block >> 3] >> (block & 7) & 1}
            else:
                found[triple] = set(accumulate(numbers(payload)))
            at, before = end, triple
    return found


def base_128(number):
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes(digits + bytes([number]))


def check_text_index(segment, texts, done):
    index = segment.index["textIndex"]
    lengths = segment.bytes("lengths", index["lengths"]["start"], index["lengths"]["length"], index["lengths"]["crc32"])
    check(list(struct.unpack(f"<{segment.rows}H", lengths)) == [len(text.encode()) for text in texts], "lengths of texts")
    frames, expected, block = segment.frames("texts", index["blocks"]), {}, 0
    for row in range(0, segment.rows, TEXT_BLOCK_ROWS):
        if row % GROUP_ROWS == 0:
            next(frames)
        text = "".join(texts[row : row + TEXT_BLOCK_ROWS]).encode()
        check(next(frames) == text, "block of texts")
        for a, b, c in zip(text, text[1:], text[2:]):
            expected.setdefault(a << 16 | b << 8 | c, set()).add(block)
        block += 1
    check(triples_of_buckets(segment) == expected, "triples")
    done["triples"] += len(expected)


def numbers(block):
    number, shift = 0, 0
    for byte in block:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number, shift = 0, 0


def value_counts(block):
    """For each facet how often each pair of codes occurs, value and service; None if it has no counts."""
    lengths = list(numbers(block))[: FACETS + 1]
    check(lengths[0] == FACETS, "number of facets")
    at = len(block) - sum(lengths[1:])
    for length in lengths[1:]:
        triples, value, counts = numbers(block[at : at + length]), 0, Counter()
        for step, service, count in zip(triples, triples, triples):
            value += step
            counts[value, service] = count
        yield counts if length else None
        at += length


def codes_of(segment, place):
    facet = segment.facets()[place]
    width = "B" if facet["values"] < 2**8 else "H" if facet["values"] < 2**16 else "I"
    column = b"".join(segment.frames("codes", facet["codes"]))
    return [code for (code,) in struct.iter_unpack(f"<{width}", column)]


def check_segment(segment, done):
    index = segment.index
    nodes = 0
    for log in index["logs"]:
        check(log["firstNode"] == nodes, "first node")
        end = log["firstSequence"] + log["rows"]
        span = 256
        while span <= end:
            nodes += end // span - log["firstSequence"] // span
            span *= 256
    check(len(segment.section("nodes")) == nodes * HASH_BYTES, "number of nodes")
    done["nodes"] += nodes
    if segment.dropped:
        return
    texts = list(segment.texts())
    for group, bits in enumerate(segment.column("grams")):
        text = "".join(texts[group * GROUP_ROWS : (group + 1) * GROUP_ROWS])
        check(bits == trigram_filter(text.encode()), "trigram filter")
        done["trigram filters"] += 1
    if "textIndex" in segment.index:
        check_text_index(segment, texts, done)
    columns = [codes_of(segment, place) for place in range(FACETS)]
    counts = index["tallies"]
    logs = {log["number"]: log for log in index["logs"]}
    large = [number for number, log in logs.items() if log["rows"] >= 256]
    check(counts["logs"] == large, "logs with value counts")
    for number, block in zip(counts["logs"], segment.frames("tallies", counts["blocks"], packed=False)):
        rows = slice(logs[number]["firstRow"], logs[number]["firstRow"] + logs[number]["rows"])
        for column, found in zip(columns, value_counts(block)):
            expected = Counter(zip(column[rows], columns[SERVICE][rows]))
            check(found in (None, expected), "value counts")
            done["value counts"] += found is not None


def check_columns_file(path, done):
    """The times, sequences and texts of a columns file are those of the database beside it."""
    events = list(unsealed_events(path.with_suffix(".db")))
    data, at, before = path.read_bytes(), 0, (0, 0, 0, 0)
    while at < len(data):
        header = data[at : at + 60]
        check(header[:8] == b"ANNALSCO", "columns file")
        now = struct.unpack("<4I", header[8:24])
        rows, values, value_bytes, text_bytes = (b - a for a, b in zip(before, now))
        length = rows * (16 + 12 + FACETS * 4 + 8) + values * 5 + value_bytes + text_bytes + 16
        content = data[at + 60 : at + 60 + length]
        checked("columns", header[:56] + content, struct.unpack("<I", header[56:])[0])
        saved = events[before[0] : now[0]]
        check(header[24:56].hex() == saved[-1]["leafHash"], "last leaf hash")
        for place, event in enumerate(saved):
            check(struct.unpack("<d", piece(content, place, 8)) == (event["createdAt"],), "createdAt")
            check(struct.unpack("<d", piece(content, rows + place, 8)) == (event["recordedAt"],), "recordedAt")
            check(struct.unpack("<I", piece(content, 5 * rows + place, 4)) == (event["sequence"],), "sequence")
        texts = content[len(content) - 16 - 8 * rows - text_bytes : len(content) - 16 - 8 * rows].decode()
        check(texts == "".join(json.loads(event["body"]).get("description", "").lower() for event in saved), "texts")
        done["saved rows"] += rows
        at, before = at + 60 + length, now


if __name__ == "__main__":
    directory, done = Directory(Path(sys.argv[1])), Counter()
    for _, _, segment in directory.segments:
        check_segment(segment, done)
    for database in directory.unsealed:
        check_columns_file(database.with_suffix(".columns"), done)
    print(json.dumps(done))
