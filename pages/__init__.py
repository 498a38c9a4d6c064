"""Screen: the only code that imports streamlit."""
