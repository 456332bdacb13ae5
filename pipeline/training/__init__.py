"""Networks are trained here. The only package whose modules import TensorFlow and Keras, at their top.

Importing any of it loads both, which takes seconds: the worker, `models combine` and the int8 conversion, which need
them, import it inside functions or in a process of their own.
"""

from models.keras_start import load_keras

load_keras()  # before a module of this package imports TensorFlow in the ordinary, slower way
