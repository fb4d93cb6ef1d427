"""The peer of `ghpo generate`: transformers loads a checkpoint and generates one token. The caller measures the process."""
import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=getattr(torch, sys.argv[2]))
prompt = tokenizer("The quick brown fox", return_tensors="pt")
tokens = model.generate(**prompt, max_new_tokens=1, do_sample=False)
print(json.dumps({"peer": "first_token", "text": tokenizer.decode(tokens[0])}))
