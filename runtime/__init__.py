"""Running: data, devices, workers, the Keras service and the store. Imports builder, never streamlit."""
