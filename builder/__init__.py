"""Meaning: networks as documents, and what can be read from them. Knows neither Streamlit nor a running training."""
