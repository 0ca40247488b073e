package recipe

import (
	"testing"

	"linghang/lib/schedule/internal/document"
)

// The published schema has the members of the types, and requires those that are always written.
func TestTheSchemaIsThatOfTheTypes(t *testing.T) {
	if err := document.Differences(Schema(), Network{}, State{}, Amount{}, Unit{}, Changeover{}, Utility{}, Task{}, Flow{}, Equipment{}, Use{}); err != nil {
		t.Error(err)
	}
}
