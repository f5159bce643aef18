"""Reads frames (length, 4 bytes big-endian, then a pickle) from standard input; writes one line of JSON for each to standard output.

Each line says what Python's own pickle made of it, in a typed form, and the same value pickled again in every protocol, so that the
other direction can be checked as well. Only ever given what the tests themselves have written.
"""

import base64
import collections
import datetime
import decimal
import json
import pickle
import struct
import sys
import types
import uuid


def represent(value, seen):
    kind = type(value)
    if value is None:
        return {"t": "none"}
    if value is Ellipsis:
        return {"t": "ellipsis"}
    if kind is bool:
        return {"t": "bool", "v": value}
    if kind is int:
        return {"t": "int", "v": hex(value)}
    if kind is float:
        return {"t": "float", "bits": struct.pack(">d", value).hex() if value == value else "nan"}
    if kind is str:
        return {"t": "str", "units": value.encode("utf-16-be", "surrogatepass").hex()}
    if kind in (bytes, bytearray):
        return {"t": "bytes", "hex": value.hex()}
    if id(value) in seen:
        return {"t": "ref", "id": seen[id(value)]}
    number = seen[id(value)] = len(seen)
    keep.append(value)
    if kind is datetime.datetime:
        assert value.tzinfo is datetime.timezone.utc, value
        # The numbers themselves: timestamps are floats.
        since = value - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        us = (since.days * 86400 + since.seconds) * 1000000 + since.microseconds
        return {"t": "datetime", "id": number, "us": str(us)}
    if kind in (list, tuple):
        return {"t": "list", "id": number, "v": [represent(item, seen) for item in value]}
    if kind is dict:
        return {"t": "dict", "id": number, "v": [[represent(key, seen), represent(item, seen)] for key, item in value.items()]}
    if kind is collections.OrderedDict:
        return {"t": "map", "id": number, "v": [[represent(key, seen), represent(item, seen)] for key, item in value.items()]}
    if kind in (set, frozenset):
        return {"t": "set", "id": number, "size": len(value)}
    if kind is ReferenceError:
        del seen[id(value)]
        return represent(value.args[0], seen)
    return {"t": kind.__module__ + "." + kind.__qualname__, "repr": repr(value)}


# Classes of the user, as the reducers of the tests name them.
shop = types.ModuleType("shop")
sys.modules["shop"] = shop
exec(
    """
import collections, enum
class State(enum.Enum):
    NEW = 1
    PAID = "paid"
class Access(enum.Flag):
    READ = 4
    WRITE = 2
Point = collections.namedtuple("Point", "x y")
class Order:
    def __init__(self, number):
        raise AssertionError("made by __new__ only")
    def __repr__(self):
        return "Order(%r, itself %r)" % (self.number, self.next is self)
class Money:
    def __init__(self, amount, currency):
        self.amount, self.currency = amount, currency
    def __repr__(self):
        return "Money(%r, %r)" % (self.amount, self.currency)
""",
    shop.__dict__,
)
for name in ("State", "Access", "Point", "Order", "Money"):
    getattr(shop, name).__module__ = "shop"

stream = sys.stdin.buffer
while True:
    header = stream.read(4)
    if not header:
        break
    data = stream.read(struct.unpack(">I", header)[0])
    keep = []
    answer = {}
    try:
        value = pickle.loads(data)
        answer["c"] = represent(value, {})
        answer["python"] = represent(pickle._loads(data), {})
        answer["again"] = [
            base64.b64encode(pickle.dumps(value, protocol)).decode()
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ]
    except Exception as error:
        answer["error"] = "%s: %s" % (type(error).__name__, error)
    sys.stdout.write(json.dumps(answer) + "\n")
