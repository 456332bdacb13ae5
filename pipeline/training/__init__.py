"""Networks learn here. The only package that imports TensorFlow, and it does so at the top of its modules."""
