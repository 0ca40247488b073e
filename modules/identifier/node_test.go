package identifier

import "testing"

func TestTheNextFreePrefixFollowsTheGreatestThatIsTaken(t *testing.T) {
	for _, c := range []struct {
		got, want string
	}{
		{nextPrefix("88.101", nil), "88.101.1"},
		{nextPrefix("88.101", []string{"88.101.5", "88.101.12", "88.101.haier", "88.101.7.1"}), "88.101.13"},
		{nextSecondary(nil), ""},
		{nextSecondary([]string{"88.101", "88.99", "86.7"}), "88.102"},
		{nextSecondary([]string{"88"}), ""},
	} {
		if c.got != c.want {
			t.Errorf("next is %q, want %q", c.got, c.want)
		}
	}
}
