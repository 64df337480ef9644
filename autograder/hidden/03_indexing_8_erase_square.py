"""`erase_square`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn, tensor

SQUARE = ("dtype", "shares_memory")


def images(*shape):
    return integers(*shape, low=1, high=10)


register_hidden(
    "erase_square",
    cases={
        "chosen by positions": [
            case("hidden as many as rows", images(3, 3, 3), [0, 1, 2], 0, 0, 2),
            case("hidden twice the same", images(3, 2, 2), [1, 1], 0, 1, 1),
            case("hidden from the back", images(3, 3, 2), tensor([-1]), 1, 0, 1),
            case("hidden two by two", images(4, 3, 3), tensor([3, 0]), 0, 0, 2),
            case("hidden as many as rows of the square", images(3, 4, 4), [2, 0], 1, 1, 2),
        ],
        "chosen by a mask": [
            case("hidden all", images(2, 2, 3), tensor([True, True]), 0, 1, 1),
            case("hidden last", images(3, 3, 3), tensor([False, False, True]), 1, 1, 2),
        ],
        "the right square": [
            case("hidden floats", randn(2, 3, 4), [0], 0, 1, 2),
            case("hidden wide", images(2, 2, 5), slice(1, None), 1, 3, 1),
            case("hidden below the edge", images(2, 3, 5), [1, 0], 2, 0, 2),
            case("hidden right of the edge", images(2, 5, 3), slice(None), 0, 2, 3),
            case("hidden nothing", images(2, 2, 2), [0], 1, 1, 0),
            case("hidden every second", images(4, 2, 2), slice(None, None, 2), 0, 0, 1),
        ],
        "in place": [
            case(
                "hidden transposed",
                randn(2, 3, 3, layout="transposed"),
                [1],
                1,
                0,
                2,
                compares=SQUARE,
            ),
            case("hidden mask", images(2, 2, 2), tensor([False, True]), 0, 0, 1, compares=SQUARE),
        ],
    },
    mistakes=[
        wrong(
            "still writes into a copy",
            "The write still goes into a copy: `images[chosen]` picked first, and the copy was "
            "thrown away.",
            """
            def erase_square(images, chosen, top, left, size):
                some = images[chosen]
                some[:, top : top + size, left : left + size] = 0
                return images
            """,
        ),
        wrong(
            "returns the chosen",
            "You return the chosen images only. All of them are asked for, changed in place.",
            """
            def erase_square(images, chosen, top, left, size):
                some = images[chosen]
                some[:, top : top + size, left : left + size] = 0
                return some
            """,
        ),
        wrong(
            "copies all images",
            "You change a copy of all images. The function shall work in place.",
            """
            def erase_square(images, chosen, top, left, size):
                images = images.clone()
                images[chosen, top : top + size, left : left + size] = 0
                return images
            """,
        ),
        wrong(
            "erases in all images",
            "You erase the square in every image, chosen or not.",
            """
            def erase_square(images, chosen, top, left, size):
                images[:, top : top + size, left : left + size] = 0
                return images
            """,
        ),
        wrong(
            "erases whole images",
            "You erase the chosen images whole.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen] = 0
                return images
            """,
        ),
        wrong(
            "rows and columns exchanged",
            "You took top for left: rows come before columns.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, left : left + size, top : top + size] = 0
                return images
            """,
        ),
        wrong(
            "one too many",
            "Your square is one row and one column too large.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, top : top + size + 1, left : left + size + 1] = 0
                return images
            """,
        ),
        wrong(
            "size as the end",
            "You took size for the end of the slice. The end is top + size.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, top:size, left:size] = 0
                return images
            """,
        ),
        wrong(
            "erases whole rows",
            "You erase whole rows. The square has columns too.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, top : top + size] = 0
                return images
            """,
        ),
        wrong(
            "erases the corner only",
            "You erase one element in each image, the corner of the square.",
            """
            def erase_square(images, chosen, top, left, size):
                if size:
                    images[chosen, top, left] = 0
                return images
            """,
        ),
        wrong(
            "writes ones",
            "You write 1 into the square. It shall be 0.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, top : top + size, left : left + size] = 1
                return images
            """,
        ),
        wrong(
            "returns nothing",
            "The write is right, but the function returns nothing. Return images.",
            """
            def erase_square(images, chosen, top, left, size):
                images[chosen, top : top + size, left : left + size] = 0
            """,
        ),
    ],
    alternatives=styles(
        one_index="""
            def erase_square(images, chosen, top, left, size):
                images[chosen, top:top + size, left:left + size] = 0
                return images
            """,
        view_first="""
            def erase_square(images, chosen, top, left, size):
                squares = images[:, top:top + size, left:left + size]
                squares[chosen] = 0
                return images
            """,
        write_back="""
            def erase_square(images, chosen, top, left, size):
                some = images[chosen]
                some[:, top:top + size, left:left + size] = 0
                images[chosen] = some
                return images
            """,
        one_by_one="""
            def erase_square(images, chosen, top, left, size):
                for k in torch.arange(len(images))[chosen].tolist():
                    images[k][top:top + size, left:left + size] = 0
                return images
            """,
    ),
)
