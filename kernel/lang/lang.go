// Package lang holds text in the languages of the house: Chinese first, English complete.
package lang

// Text is one text in both languages.
type Text struct {
	ZH string `json:"zh" yaml:"zh" maxLength:"500"`
	EN string `json:"en" yaml:"en" maxLength:"500"`
}

// In returns the text in a language; anything but "en" reads Chinese.
func (t Text) In(language string) string {
	if (language == "en" && t.EN != "") || t.ZH == "" {
		return t.EN
	}
	return t.ZH
}
