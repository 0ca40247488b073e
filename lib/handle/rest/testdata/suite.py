"""Runs tests of PYHANDLE by the names of their modules and prints how they went."""

import json
import sys
import unittest

suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:])
result = unittest.TestResult()
suite.run(result)
bad = {test.id().rsplit(".", 1)[-1]: trace.strip().splitlines()[-1] for test, trace in result.errors + result.failures}
print(json.dumps({"run": result.testsRun, "bad": bad}))
