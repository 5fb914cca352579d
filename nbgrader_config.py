"""What nbgrader needs to know about this course, for its commands and for the Validate button.

`nbgrader generate_assignment 04_learning_loops` reads solutions/, writes notebooks/. Grades go to gradebook.db
in this folder, which nbgrader makes when it is first needed.
"""

c = get_config()

c.CourseDirectory.course_id = "optimizers"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# nbgrader copies every file of a chapter's folder that is not ignored. The .py files beside a solution notebook
# hold the answers: they must never reach notebooks/.
c.CourseDirectory.ignore = [
    "*.py",
    "*.pyc",
    "__pycache__",
    ".ipynb_checkpoints",
    ".progress.json*",
    ".virtual_documents",
    ".jupyter_ystore.db",
    "feedback",
]

# What a learner finds in place of a solution.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}

# `nbgrader autograde` runs submissions in the sandbox and asks the judge, like `autograder grade`.
c.Autograde.autograde_preprocessors = [
    "autograder.grading.autograde.ExecuteBoxed",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
