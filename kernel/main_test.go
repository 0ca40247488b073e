package kernel

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestAWrongCommandLineIsToldFromWhatDidNotWork(t *testing.T) {
	for line, says := range map[string]string{
		"nosuch":           `there is no command "nosuch"; see linghang --help`,
		"user nosuch":      `there is no command "nosuch"; see linghang user --help`,
		"serve now":        "see linghang serve --help",
		"serve --nosuch":   "unknown flag: --nosuch",
		"audit verify a b": "see linghang audit verify --help",
	} {
		root := Command(House{})
		root.SetArgs(strings.Fields(line))
		root.SetOut(&bytes.Buffer{})
		err := root.ExecuteContext(t.Context())
		if _, usage := errors.AsType[usageError](err); !usage || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, line := range []string{"", "user", "audit"} {
		root := Command(House{})
		var out bytes.Buffer
		root.SetArgs(strings.Fields(line))
		root.SetOut(&out)
		if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%q: %v, %s", line, err, out.String())
		}
	}
}
