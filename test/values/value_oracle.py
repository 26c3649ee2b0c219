"""value_oracle.py - the words of a network's tensors, by the rules of
docs/values.md and by the definitions of the operations, in Python's whole
numbers.  It shares no code with the program, and knows of no machine but how
wide its words are.
SPDX-License-Identifier: MIT
"""

import math
from operator import mul

MASK = (1 << 64) - 1


def random(seed, at):
    x = (seed + 0x9e3779b97f4a7c15) & MASK
    for k in at:
        x ^= (k + 0x9e3779b97f4a7c15 + (x << 6) + (x >> 2)) & MASK
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9 & MASK
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb & MASK
        x ^= x >> 31
    return x


def seed_of(owner, which=0):
    value = 0xcbf29ce484222325
    for byte in owner.encode() + bytes([which]):
        value = (value ^ byte) * 0x100000001b3 & MASK
    return value


def largest(bits):
    return (1 << (bits - 1)) - 1


def word(seed, at, bits):
    most = largest(bits)
    return random(seed, at) % (2 * most + 1) - most


def shifted(v, n):
    """v 2^n, to the nearest."""
    if n <= 0:
        return (v + (1 << -n >> 1)) >> -n if n >= -64 else 0
    return max(-1 << 62, min(1 << 62, v << n))


def divided(a, b):
    return (2 * a + b) // (2 * b)


ONE = 1 << 30


def exp_minus(t):
    """e^-t in 1/2^30, t in 1/2^20."""
    if t >= 64 << 20:
        return 0
    whole, rest = divmod(t * 1549082005, 1 << 50)
    u = (rest >> 20) * 744261118 >> 30
    r = ONE
    for k in range(10, 0, -1):
        r = ONE - (u * r >> 30) // k
    return shifted(r, -whole)


def sigmoid(x):
    e = exp_minus(abs(x))
    return divided((e if x < 0 else ONE) << 30, ONE + e)


def tanh(x):
    e = exp_minus(2 * abs(x))
    y = divided((ONE - e) << 30, ONE + e)
    return -y if x < 0 else y


def silu(x):
    return shifted(x * sigmoid(x), -30)


def gelu(x):
    if abs(x) >= 16 << 20:
        return max(x, 0)
    square = shifted(x * x, -20)
    cube = shifted(shifted(square * x, -20) * 46887, -20)
    return shifted(x * sigmoid(shifted((x + cube) * 1673285, -20)), -30)


class Map:
    """N images of C x H x W words, one after the other."""

    def __init__(self, shape, words, exponent, bits=None):
        self.shape, self.words = shape, words
        self.exponent, self.bits = exponent, bits

    def quantised(self, bits):
        """Divided by the least power of two with which all words fit."""
        most, shift = largest(bits), 0
        low, high = min(self.words + [0]), max(self.words + [0])
        while shifted(high, -shift) > most or shifted(low, -shift) < -most:
            shift += 1
        return Map(self.shape, [shifted(v, -shift) for v in self.words],
                   self.exponent + shift, bits)

    def narrowed(self, bits):
        return self if bits >= self.bits else self.quantised(bits)

    def at(self, n, c, h, w):
        _, C, H, W = self.shape
        return self.words[((n * C + c) * H + h) * W + w]

    def digest(self):
        value = 0xcbf29ce484222325
        for v in self.words:
            value = (value ^ (v & MASK)) * 0x100000001b3 & MASK
        return f"{value:016x}"


def places(shape):
    for n in range(shape[0]):
        for c in range(shape[1]):
            for h in range(shape[2]):
                for w in range(shape[3]):
                    yield n, c, h, w


def made_of(shape, of, exponent):
    return Map(shape, [of(*place) for place in places(shape)], exponent)


class Network:
    """inputs and nodes: dicts of the keys of the network's file; widths of
    the machine: bits of ifmap, filter and psum words, all whole numbers."""

    def __init__(self, inputs, nodes, batch, ifmap, filter_, psum):
        self.N, self.ifmap, self.filter = batch, ifmap, filter_
        self.psum = psum
        self.maps = {}
        for one in inputs:
            seed = seed_of(one["name"])
            shape = (batch, one["C"], one.get("H", 1), one.get("W", 1))
            bits = one.get("bits", ifmap)
            self.maps[one["name"]] = made_of(
                shape, lambda *at, s=seed, b=bits: word(s, at, b), 1 - bits)
            self.maps[one["name"]].bits = bits
        waiting = list(nodes)
        while waiting:
            ready = next(node for node in waiting
                         if all(name in self.maps for name in sources(node)))
            waiting.remove(ready)
            self.work_out(ready)

    def work_out(self, node):
        op, name = node.get("op", "conv"), node["name"]
        ins = [self.maps[source] for source in sources(node)]
        if op in ("conv", "fc", "gemm", "matmul", "conv_transpose"):
            made = {name: getattr(self, op)(node, *ins)}
        else:
            ins = [one.narrowed(16) for one in ins]
            made = getattr(self, op)(node, *ins)
            if isinstance(made, Map):
                made = {name: made}
        for key, value in made.items():
            self.maps[key] = value.quantised(self.ifmap)

    # --- MAC loops ---------------------------------------------------------

    def operand_bits(self, products):
        x, w = self.ifmap, self.filter
        while (x > 2 or w > 2) and \
                products * largest(x) * largest(w) > largest(self.psum):
            if x > w:
                x -= 1
            else:
                w -= 1
        return x, w

    def taps(self, node, M, C, R, S):
        """The filters, and what their words stand for."""
        bits = self.operand_bits(C * R * S)[1]
        seed = seed_of(node["name"])
        words = [[word(seed, (m, c, r, s), bits) for c in range(C)
                  for r in range(R) for s in range(S)] for m in range(M)]
        return words, 2 - bits - int(math.log2(C * R * S)) // 2

    def conv(self, node, x):
        _, C, H, W = x.shape
        M, G = node["M"], node.get("G", 1)
        R, S = node.get("R", 1), node.get("S", 1)
        step, pad = pair(node, "stride", 1), pair(node, "pad", 0)
        Cg, P, Q = C // G, (H + 2 * pad[0] - R) // step[0] + 1, \
            (W + 2 * pad[1] - S) // step[1] + 1
        x = x.narrowed(self.operand_bits(Cg * R * S)[0])
        filters, exponent = self.taps(node, M, Cg, R, S)
        out = [[] for _ in range(self.N * M)]
        for n in range(self.N):
            for g in range(G):
                for p in range(P):
                    for q in range(Q):
                        window = [
                            x.at(n, g * Cg + c, h, w)
                            if 0 <= h < H and 0 <= w < W else 0
                            for c in range(Cg)
                            for h in range(p * step[0] - pad[0],
                                           p * step[0] - pad[0] + R)
                            for w in range(q * step[1] - pad[1],
                                           q * step[1] - pad[1] + S)]
                        for m in range(g * (M // G), (g + 1) * (M // G)):
                            out[n * M + m].append(
                                sum(map(mul, window, filters[m])))
        return Map((self.N, M, P, Q), sum(out, []), x.exponent + exponent)

    def fc(self, node, x):
        return self.conv({**node, "R": x.shape[2], "S": x.shape[3]}, x)

    def gemm(self, node, x):
        return self.conv({"name": node["name"], "M": node["N"]}, x)

    def conv_transpose(self, node, x):
        """Each input word goes to all outputs that it meets."""
        _, C, H, W = x.shape
        M, R, S = node["M"], node["R"], node["S"]
        u, pad, more = (node.get(key, value) for key, value in
                        (("stride", 1), ("pad", 0), ("output_pad", 0)))
        P, Q = ((size - 1) * u + taps - 2 * pad + more
                for size, taps in ((H, R), (W, S)))
        x = x.narrowed(self.operand_bits(C * R * S)[0])
        filters, exponent = self.taps(node, M, C, R, S)
        out = [0] * (self.N * M * P * Q)
        for n, c, h, w in places(x.shape):
            v = x.at(n, c, h, w)
            for m in range(M):
                for r in range(R):
                    for s in range(S):
                        p, q = h * u + r - pad, w * u + s - pad
                        if 0 <= p < P and 0 <= q < Q:
                            out[((n * M + m) * P + p) * Q + q] += \
                                v * filters[m][(c * R + r) * S + s]
        return Map((self.N, M, P, Q), out, x.exponent + exponent)

    def matmul(self, node, a, b):
        B, rows = node.get("B", 1), node.get("over") == "rows"
        K = a.shape[1] // B
        columns = b.shape[1] // B if rows else b.shape[2]
        bits = self.operand_bits(K)
        a, b = a.narrowed(bits[0]), b.narrowed(bits[1])

        def product(n, c, h, _):
            group, j = divmod(c, columns)
            return sum(a.at(n, group * K + k, h, 0) *
                       (b.at(n, group * columns + j, k, 0) if rows else
                        b.at(n, group * K + k, j, 0)) for k in range(K))
        return made_of((self.N, B * columns, a.shape[2], 1), product,
                       a.exponent + b.exponent)

    # --- word by word ------------------------------------------------------

    @staticmethod
    def relu(_, x):
        return Map(x.shape, [max(v, 0) for v in x.words], x.exponent)

    @staticmethod
    def relu6(_, x):
        most = shifted(6, -x.exponent)
        return Map(x.shape, [min(max(v, 0), most) for v in x.words],
                   x.exponent)

    @staticmethod
    def function(x, of, exponent):
        return Map(x.shape, [of(shifted(v, x.exponent + 20))
                             for v in x.words], exponent)

    def gelu(self, _, x):
        return self.function(x, gelu, -20)

    def silu(self, _, x):
        return self.function(x, silu, -20)

    def sigmoid(self, _, x):
        return self.function(x, sigmoid, -30)

    def tanh(self, _, x):
        return self.function(x, tanh, -30)

    @staticmethod
    def add(_, *ins):
        e = common(ins)
        return made_of(ins[0].shape, lambda n, c, h, w: sum(
            shifted(repeated(one, n, c, h, w), one.exponent - e)
            for one in ins), e)

    @staticmethod
    def mul(_, first, *more):
        for one in more:
            first = made_of(
                first.shape, lambda *at, a=first, b=one:
                a.at(*at) * repeated(b, *at),
                first.exponent + one.exponent).quantised(16)
        return first

    # --- over channels -----------------------------------------------------

    def stored(self, node, which, c):
        """A pseudo-random word that the network stores for a channel."""
        bits = min(self.filter, 16)
        return word(seed_of(node["name"], which), (c, 0, 0, 0), bits), bits

    def pixels(self, x, of, exponent):
        """of: from the words of a pixel to as many."""
        N, C, H, W = x.shape
        out = [0] * len(x.words)
        for n in range(N):
            for i in range(H * W):
                at = slice(n * C * H * W + i, (n + 1) * C * H * W, H * W)
                out[at] = of(x.words[at])
        return Map(x.shape, out, exponent)

    def softmax(self, node, x):
        size = x.shape[1] // node.get("G", 1)

        def shares(words):
            out = []
            for g in range(0, len(words), size):
                most = max(words[g:g + size])
                e = [exp_minus(shifted(most - v, x.exponent + 20))
                     for v in words[g:g + size]]
                out += [divided(one << 30, sum(e)) for one in e]
            return out
        return self.pixels(x, shares, -30)

    def norm(self, node, x, has_mean):
        def normed(words):
            C = len(words)
            mean = divided(sum(words) * 256, C) if has_mean else 0
            d = [v * 256 - mean for v in words]
            square = max(1, sum(one * one // C for one in d))
            root, out = math.isqrt(square << 16), []
            for c, one in enumerate(d):
                f, bits = self.stored(node, 0, c)
                y = shifted(divided(one << 28, root) * ((1 << bits) + f),
                            -bits)
                if has_mean:
                    y += shifted(self.stored(node, 1, c)[0], 21 - bits)
                out.append(y)
            return out
        return self.pixels(x, normed, -20)

    def layernorm(self, node, x):
        return self.norm(node, x, True)

    def rmsnorm(self, node, x):
        return self.norm(node, x, False)

    def batchnorm(self, node, x):
        bits = min(self.filter, 16)
        return made_of(x.shape, lambda n, c, h, w:
                       x.at(n, c, h, w) *
                       ((1 << bits) + self.stored(node, 0, c)[0]) +
                       shifted(self.stored(node, 1, c)[0], 1 - x.exponent),
                       x.exponent - bits)

    def lrn(self, node, x):
        size = node["size"]

        def divided_by(words):
            out = []
            for c, v in enumerate(words):
                first = c - size // 2
                near = words[max(first, 0):max(first + size, 0)]
                d = min(shifted(105 * sum(one * one for one in near),
                                2 * x.exponent), 1 << 42) + (2 << 20)
                half = math.isqrt(d << 20)
                by = shifted(half * math.isqrt(half << 20), -20)
                out.append(divided(v << 40, by))
            return out
        return self.pixels(x, divided_by, x.exponent - 20)

    # --- windows and places ------------------------------------------------

    @staticmethod
    def windows(node, x, of, exponent):
        N, C, H, W = x.shape
        R, S = node.get("R", H), node.get("S", W)
        step, pad = pair(node, "stride", 1), pair(node, "pad", 0)
        P, Q = (H + 2 * pad[0] - R) // step[0] + 1, \
            (W + 2 * pad[1] - S) // step[1] + 1

        def pooled(n, c, p, q):
            top, left = p * step[0] - pad[0], q * step[1] - pad[1]
            return of([x.at(n, c, h, w)
                       for h in range(max(top, 0), min(top + R, H))
                       for w in range(max(left, 0), min(left + S, W))])
        return made_of((N, C, P, Q), pooled, exponent)

    def maxpool(self, node, x):
        return self.windows(node, x, max, x.exponent)

    def avgpool(self, node, x):
        return self.windows(node, x, lambda words: divided(
            sum(words) * 256, len(words)), x.exponent - 8)

    def concat(self, node, *ins):
        e, axis = common(ins), 2 if node.get("over") == "rows" else 1
        shape = list(ins[0].shape)
        shape[axis] = sum(one.shape[axis] for one in ins)

        def joined(*at):
            at = list(at)
            for one in ins:
                if at[axis] < one.shape[axis]:
                    return shifted(one.at(*at), one.exponent - e)
                at[axis] -= one.shape[axis]
            raise AssertionError
        return made_of(shape, joined, e)

    def split(self, node, x):
        axis = 2 if node.get("over") == "rows" else 1
        shape = list(x.shape)
        shape[axis] //= node["parts"]
        out = {}
        for i in range(node["parts"]):
            def part(*at, first=i * shape[axis]):
                at = list(at)
                at[axis] += first
                return x.at(*at)
            out[f"{node['name']}.{i}"] = made_of(shape, part, x.exponent)
        return out

    def reshape(self, node, x):
        return Map((self.N, *node["to"]), list(x.words), x.exponent)

    def resize(self, node, x):
        _, P, Q = node["to"]
        return made_of((self.N, *node["to"]), lambda n, c, h, w: x.at(
            n, c, h * x.shape[2] // P, w * x.shape[3] // Q), x.exponent)

    def transpose(self, node, x):
        axes = [1 + "chw".index(letter) for letter in node["order"]]

        def moved(n, *to):
            at = [n, 0, 0, 0]
            for axis, place in zip(axes, to):
                at[axis] = place
            return x.at(*at)
        return made_of((self.N, *[x.shape[axis] for axis in axes]), moved,
                       x.exponent)

    def gather(self, node, x):
        bits, seed = min(self.filter, 16), seed_of(node["name"])
        return made_of(
            (self.N, node["M"], *x.shape[2:]), lambda n, c, h, w: word(
                seed, ((x.at(n, 0, h, w) & MASK) % node["rows"], c, 0, 0),
                bits), 1 - bits)


def sources(node):
    return [node["in"]] if isinstance(node["in"], str) else node["in"]


def pair(node, key, default):
    both = node.get(key, default)
    return node.get(key + "_h", both), node.get(key + "_w", both)


def common(ins):
    exponents = [one.exponent for one in ins]
    return max(min(exponents), max(exponents) - 32)


def repeated(one, n, c, h, w):
    _, C, H, W = one.shape
    return one.at(n, c % C, h % H, w % W)
