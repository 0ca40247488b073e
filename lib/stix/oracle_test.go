package stix

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// laxer lists what the schemas of OASIS refuse and the checker takes, with why.
func laxer() map[string]string {
	return map[string]string{
		"vulnerability external_references/0/":          "numbers of other catalogues are not looked at",
		"marking-definition name ":                      "the name of a marking may be absent",
		"extension-definition extension_properties = [": "names of properties that an extension brings are not looked at",
		"email-message additional_header_fields = {":    "headers are a dictionary",
		"directory path_enc = \"":                       "registries of character sets are not looked into",
		"artifact mime_type = \"":                       "registries of media types are not looked into",
	}
}

// TestSchemas holds that whatever the JSON schemas of OASIS refuse is refused, in
// some 14 000 objects each of which differs in one value from a good one. That the
// checker refuses more is right: schemas know nothing of references, order or
// selectors. STIX_SCHEMAS=<schemas of github.com/oasis-open/cti-stix2-json-schemas>,
// and a Python with Debian's python3-jsonschema.
func TestSchemas(t *testing.T) {
	folder := os.Getenv("STIX_SCHEMAS")
	if folder == "" {
		t.Skip("STIX_SCHEMAS names no folder with the JSON schemas of OASIS")
	}
	if out, err := exec.CommandContext(t.Context(), "python3", "-c", "import jsonschema").CombinedOutput(); err != nil {
		t.Skipf("a Python with python3-jsonschema is missing: %s", out)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/oracle.py", folder)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		What   string
		Object json.RawMessage
		Valid  bool
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	c := newChecker(t)
	same, stricter, known := 0, 0, map[string]int{}
	for _, one := range all {
		valid := false
		if o, err := Parse(one.Object); err == nil {
			valid = c.Object(o).Valid()
		}
		switch {
		case valid == one.Valid:
			same++
		case one.Valid:
			stricter++
		default:
			why := ""
			for prefix, reason := range laxer() {
				if strings.HasPrefix(one.What, prefix) {
					why = reason
				}
			}
			if known[why]++; why == "" {
				t.Errorf("%s is taken", one.What)
			}
		}
	}
	t.Logf("%d objects: %d judged the same, %d refused by the checker only, taken by the checker only: %v", len(all), same, stricter, known)
	if len(all) < 10_000 {
		t.Errorf("%d objects are too few", len(all))
	}
}
