# SPDX-License-Identifier: MIT
"""Transformers as graphs: sequences are columns of tokens, with features as
channels; heads are groups of channels.

Every query meets every key: what a causal mask makes zero is multiplied too."""
from graph_text import Graph


def attention(g, n, q, k, v, heads):
    """Softmax of queries times keys, times values."""
    scores = g.node(n + "scores", "matmul", q, k, B=heads)
    weights = g.node(n + "softmax", "softmax", scores, G=heads)
    return g.node(n + "context", "matmul", weights, v, B=heads, over="rows")


def cached(g, n, width, k, v, context):
    """Keys and values behind those of tokens before, which come from
    outside."""
    out = []
    for name, new in (("k", k), ("v", v)):
        if context:
            g.input(f"{n}{name}_cache", C=width, H=context, cache=True)
            new = g.node(f"{n}{name}_all", "concat", f"{n}{name}_cache", new,
                         over="rows")
        out.append(new)
    return out


def bert_layer(g, n, x, width, heads, inner):
    q, k, v = (g.node(n + name, "gemm", x, N=width) for name in "qkv")
    y = attention(g, n, q, k, v, heads)
    y = g.node(n + "attention", "gemm", y, N=width)
    x = g.node(n + "norm1", "layernorm", g.node(n + "add1", "add", x, y))
    y = g.node(n + "gelu", "gelu", g.node(n + "ffn1", "gemm", x, N=inner))
    y = g.node(n + "ffn2", "gemm", y, N=width)
    return g.node(n + "norm2", "layernorm", g.node(n + "add2", "add", x, y))


def bert_base(tokens=128, context=0, layers=12):
    if context:
        raise SystemExit("make_graphs.py: error: BERT caches no tokens; "
                         "'--context' may be 0")
    g = Graph("bert_base",
              f"{tokens} tokens; {layers} layers of 768 features, 12 heads; "
              "with the pooler, without a task's head.",
              "Devlin et al., NAACL 2019, s. 3; vocabulary and sizes of "
              "bert-base-uncased")
    width = 768
    for name, rows in (("word", 30522), ("position", 512), ("segment", 2)):
        g.input(name, C=1, H=tokens)
        g.node(name + "_embedding", "gather", name, rows=rows, M=width)
    x = g.node("embedding", "add", "word_embedding", "position_embedding",
               "segment_embedding")
    x = g.node("embedding_norm", "layernorm", x)
    for layer in range(layers):
        x = bert_layer(g, f"l{layer}_", x, width, 12, 3072)
    g.node("token", "split", x, parts=tokens, over="rows")
    g.node("pooled", "tanh", g.node("pooler", "gemm", "token.0",
                                     N=width))
    return g


def gpt2(tokens, context, name="gpt2", layers=12):
    g = Graph(name,
              f"124 M parameters: {tokens} tokens behind {context} whose keys "
              f"and values are cached; {layers} layers of 768 features, 12 "
              "heads. The logits use the words' embedding, which is stored "
              "twice here.",
              "Radford et al., \"Language models are unsupervised multitask "
              "learners\", 2019, table 2; sizes of the released small model")
    width = 768
    g.input("word", C=1, H=tokens)
    g.input("position", C=1, H=tokens)
    x = g.node("embedding", "add",
               g.node("word_embedding", "gather", "word", rows=50257,
                      M=width),
               g.node("position_embedding", "gather", "position", rows=1024,
                      M=width))
    for layer in range(layers):
        n = f"l{layer}_"
        y = g.node(n + "norm1", "layernorm", x)
        q, k, v = (g.node(n + part, "gemm", y, N=width) for part in "qkv")
        k, v = cached(g, n, width, k, v, context)
        y = attention(g, n, q, k, v, 12)
        y = g.node(n + "attention", "gemm", y, N=width)
        x = g.node(n + "add1", "add", x, y)
        y = g.node(n + "norm2", "layernorm", x)
        y = g.node(n + "gelu", "gelu", g.node(n + "ffn1", "gemm", y, N=3072))
        y = g.node(n + "ffn2", "gemm", y, N=width)
        x = g.node(n + "add2", "add", x, y)
    x = g.node("norm", "layernorm", x)
    g.node("prob", "softmax", g.node("logits", "gemm", x, N=50257))
    return g


def rotated(g, n, x, heads):
    """A rotary embedding: x cos + (x with its halves exchanged) sin, with one
    table for all heads.  The exchange is only of places; signs are in the
    table."""
    halves = g.node(n + "halves", "split", x, parts=2 * heads)
    swapped = g.node(n + "swapped", "concat",
                     *[f"{halves}.{i ^ 1}" for i in range(2 * heads)])
    return g.node(n + "rotated", "add",
                  g.node(n + "cos", "mul", x, "cos_table"),
                  g.node(n + "sin", "mul", swapped, "sin_table"))


def llama_layer(tokens=128, context=0, name="llama7b_layer"):
    width, heads, inner = 4096, 32, 11008
    g = Graph(name,
              f"One of the 32 layers of the 7 B model: {tokens} tokens behind "
              f"{context} whose keys and values are cached; 32 heads.",
              "Touvron et al., arXiv 2302.13971, s. 2.2 and table 2")
    g.input("x", C=width, H=tokens)
    g.input("cos_table", C=width // heads, H=tokens)
    g.input("sin_table", C=width // heads, H=tokens)
    y = g.node("norm1", "rmsnorm", "x")
    q, k, v = (g.node(part, "gemm", y, N=width) for part in "qkv")
    q = rotated(g, "q_", q, heads)
    k = rotated(g, "k_", k, heads)
    k, v = cached(g, "", width, k, v, context)
    y = g.node("attention", "gemm", attention(g, "", q, k, v, heads), N=width)
    x = g.node("add1", "add", "x", y)
    y = g.node("norm2", "rmsnorm", x)
    gate = g.node("silu", "silu", g.node("gate", "gemm", y, N=inner))
    y = g.node("gated", "mul", gate, g.node("up", "gemm", y, N=inner))
    g.node("add2", "add", x, g.node("down", "gemm", y, N=width))
    return g


def vit_b16(layers=12):
    g = Graph("vit_b16",
              f"224 x 224 input, 196 patches and a class token; {layers} "
              "layers of 768 features, 12 heads.",
              "Dosovitskiy et al., ICLR 2021, table 1")
    width, tokens = 768, 197
    g.input("image", C=3, H=224, W=224)
    g.input("class_token", C=width)
    g.input("positions", C=width, H=tokens)
    x = g.node("patches", "conv", "image", M=width, R=16, S=16, stride=16)
    x = g.node("sequence", "reshape", x, to=[width, 196, 1])
    x = g.node("with_class", "concat", "class_token", x, over="rows")
    x = g.node("embedding", "add", x, "positions")
    for layer in range(layers):
        n = f"l{layer}_"
        y = g.node(n + "norm1", "layernorm", x)
        q, k, v = (g.node(n + part, "gemm", y, N=width) for part in "qkv")
        y = g.node(n + "attention", "gemm", attention(g, n, q, k, v, 12),
                   N=width)
        x = g.node(n + "add1", "add", x, y)
        y = g.node(n + "norm2", "layernorm", x)
        y = g.node(n + "gelu", "gelu", g.node(n + "ffn1", "gemm", y, N=3072))
        x = g.node(n + "add2", "add", x,
                   g.node(n + "ffn2", "gemm", y, N=width))
    x = g.node("norm", "layernorm", x)
    g.node("token", "split", x, parts=tokens, over="rows")
    g.node("prob", "softmax", g.node("head", "gemm", "token.0", N=1000))
    return g


GRAPHS = {
    "bert_base": bert_base,
    "gpt2_prefill": lambda: gpt2(128, 0, "gpt2_prefill"),
    "gpt2_decode": lambda: gpt2(1, 128, "gpt2_decode"),
    "llama7b_layer": llama_layer,
    "llama7b_decode": lambda: llama_layer(1, 128, "llama7b_decode"),
    "vit_b16": vit_b16,
}
# Those that can be made for any number of tokens, and of tokens before them.
BY_TOKENS = {"bert_base": bert_base, "gpt2": gpt2,
             "llama7b_layer": llama_layer}
