"""Real data that comes bundled with scikit-learn: handwritten digits and small tables. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from runtime.datasets.base import Arrays, Dataset
from runtime.datasets.split import SPLIT, split, split_code
from runtime.run import DataSpec

if TYPE_CHECKING:
    from builder.scripts import DataCode

SCALER = "from sklearn.preprocessing import StandardScaler"
STANDARDISED = (
    "Each column is standardised: 0 is the mean of the training examples and 1 one standard deviation above it; "
    "the test examples are scaled with the same numbers."
)


def _load_digits(spec: DataSpec) -> Arrays:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype("float32") / 16
    return split(DIGITS, spec, images, labels)


def _digits_code(spec: DataSpec) -> DataCode:
    from builder.scripts import DataCode

    body = f"""
images, labels = load_digits(return_X_y=True)
images = images.reshape(-1, 8, 8, 1).astype("float32") / 16  # grey values from 0 to 1
{split_code(DIGITS, spec, "images", "labels")}
"""
    return DataCode(("from sklearn.datasets import load_digits", SPLIT), body.strip(), len(DIGITS.classes))


DIGITS = Dataset(
    name="digits",
    title="Handwritten digits",
    description="1,797 small grey pictures of the digits 0 to 9, written by 43 people. Grey values are scaled to 0..1.",
    source="E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI, 1998; bundled with scikit-learn.",
    group="images",
    size=1797,
    input_shape=(8, 8, 1),
    classes=tuple("0123456789"),
    load=_load_digits,
    code=_digits_code,
)


def _table(
    name: str,
    title: str,
    description: str,
    source: str,
    size: int,
    columns: tuple[str, ...],
    classes: tuple[str, ...] = (),
) -> Dataset:
    """A table of scikit-learn's, read by its function `load_NAME`."""

    def load(spec: DataSpec) -> Arrays:
        from sklearn import datasets
        from sklearn.preprocessing import StandardScaler

        read: Callable[..., Any] = getattr(datasets, f"load_{name}")
        x, y = read(return_X_y=True)
        arrays = split(dataset, spec, x, y if classes else y.reshape(-1, 1))
        scaler = StandardScaler().fit(arrays.x_train)
        y_train, y_test = arrays.y_train, arrays.y_test
        if not classes:
            target_scaler = StandardScaler().fit(y_train)
            y_train = target_scaler.transform(y_train).astype("float32")
            y_test = target_scaler.transform(y_test).astype("float32")
        return Arrays(
            scaler.transform(arrays.x_train).astype("float32"),
            y_train,
            scaler.transform(arrays.x_test).astype("float32"),
            y_test,
        )

    def code(spec: DataSpec) -> DataCode:
        from builder.scripts import DataCode

        y = "y" if classes else "y.reshape(-1, 1)"
        body = f"""
x, y = load_{name}(return_X_y=True)
{split_code(dataset, spec, "x", y)}

scaler = StandardScaler().fit(x_train)  # mean and standard deviation of the training examples only
x_train = scaler.transform(x_train).astype("float32")
x_test = scaler.transform(x_test).astype("float32")
"""
        if not classes:
            body += """
target_scaler = StandardScaler().fit(y_train)
y_train = target_scaler.transform(y_train).astype("float32")
y_test = target_scaler.transform(y_test).astype("float32")
"""
        return DataCode((f"from sklearn.datasets import load_{name}", SPLIT, SCALER), body.strip(), len(classes))

    dataset = Dataset(
        name=name,
        title=title,
        description=f"{description} {STANDARDISED}",
        source=source,
        group="tables",
        size=size,
        input_shape=(len(columns),),
        classes=classes,
        columns=columns,
        load=load,
        code=code,
    )
    return dataset


IRIS = _table(
    "iris",
    "Iris flowers",
    "Length and width of sepals and petals of 150 irises; which of three species is it?",
    "R. A. Fisher: The use of multiple measurements in taxonomic problems, 1936; bundled with scikit-learn.",
    150,
    ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    ("setosa", "versicolor", "virginica"),
)

WINE = _table(
    "wine",
    "Wine",
    "Thirteen chemical measurements of 178 Italian wines; which of three growers made it?",
    "M. Forina et al.: Wine, UCI, 1991; bundled with scikit-learn.",
    178,
    (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines", "proline",
    ),
    ("class_0", "class_1", "class_2"),
)  # fmt: skip

CELL = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip

BREAST_CANCER = _table(
    "breast_cancer",
    "Breast cancer",
    "Thirty measurements of the cell nuclei of 569 biopsies; is the tumour malignant or benign?",
    "W. H. Wolberg et al.: Breast Cancer Wisconsin (Diagnostic), UCI, 1995; bundled with scikit-learn.",
    569,
    (
        *(f"mean {name}" for name in CELL),
        *(f"{name} error" for name in CELL),
        *(f"worst {name}" for name in CELL),
    ),
    ("malignant", "benign"),
)

DIABETES = _table(
    "diabetes",
    "Diabetes",
    "Age, sex, body mass index, blood pressure and six blood values (s1 to s6) of 442 patients; how far has the "
    "illness gone a year later? A number is to be predicted; it is standardised too.",
    "B. Efron et al.: Least Angle Regression, 2004; bundled with scikit-learn.",
    442,
    ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
)
