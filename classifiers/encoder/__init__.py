"""The encoder: a small multilingual transformer, fine-tuned with torch, run by onnxruntime. Cards: cards/intents.md."""
