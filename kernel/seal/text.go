package seal

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// mark begins every sealed text and every signature, with the version of the form.
const mark = "lh1"

// Text is a sealed text or a signature, taken apart: lh1.<suite>.<key>.<data>.
type Text struct {
	Suite string
	Key   string
	Data  []byte
}

// String puts the text together.
func (t Text) String() string {
	return mark + "." + t.Suite + "." + t.Key + "." + base64.RawURLEncoding.EncodeToString(t.Data)
}

// IsSealed reports whether a text has the form that Seal returns.
func IsSealed(text string) bool {
	return strings.HasPrefix(text, mark+".") && strings.Count(text, ".") == 3
}

// ParseText takes a sealed text or a signature apart.
func ParseText(text string) (Text, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 4 || parts[0] != mark {
		return Text{}, fmt.Errorf("a sealed text has the form %s.<suite>.<key>.<data>", mark)
	}
	if _, err := ByName(parts[1]); err != nil {
		return Text{}, err
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return Text{}, fmt.Errorf("the data of a sealed text is base64: %w", err)
	}
	return Text{parts[1], parts[2], data}, nil
}

// VerifyText checks a signature over message with a public key, without a
// database: for those who were given both.
func VerifyText(public string, message []byte, signature string) error {
	t, err := ParseText(signature)
	if err != nil {
		return err
	}
	suite, err := ByName(t.Suite)
	if err != nil {
		return err
	}
	if !suite.Verify(public, message, t.Data) {
		return fmt.Errorf("%w: key %s (%s)", ErrSignature, t.Key, t.Suite)
	}
	return nil
}
