package sigma

import (
	"encoding/base64"
	"errors"
	"fmt"
	"unicode/utf16"
)

// maxVariants bounds what one value may grow to.
const maxVariants = 3_200

// encoded applies the encodings to a value in their order. A value may become
// several, any of which may match.
func encoded(value pattern, encodings []string) ([]pattern, error) {
	values := []pattern{value}
	for i, name := range encodings {
		if name == "windash" && i == len(encodings)-1 {
			var dashed []pattern
			for _, v := range values {
				dashed = append(dashed, v.windash().writtenOut()...)
			}
			return dashed, nil
		}
		var next []pattern
		for _, v := range values {
			plain, ok := v.plain()
			if !ok {
				return nil, fmt.Errorf("the modifier %q encodes text, and the value has wildcards", name)
			}
			more, err := encode(plain, name)
			if err != nil {
				return nil, err
			}
			for _, text := range more {
				next = append(next, pattern{{tokenText, text}}.tidy())
			}
			if len(next) > maxVariants {
				return nil, fmt.Errorf("the modifier %q makes more than %d values", name, maxVariants)
			}
		}
		values = next
	}
	return values, nil
}

// encode gives the octets that a text is found as.
func encode(text, name string) ([]string, error) {
	switch name {
	case "windash":
		return dashed(text)
	case "wide", "utf16le":
		return []string{wide(text, false)}, nil
	case "utf16be":
		return []string{wide(text, true)}, nil
	case "utf16":
		return []string{"\xff\xfe" + wide(text, false)}, nil
	case "base64":
		return []string{base64.StdEncoding.EncodeToString([]byte(text))}, nil
	default:
		return offsets(text)
	}
}

// wide writes UTF-16 without byte order mark.
func wide(text string, big bool) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			out = append(out, byte(u>>8), byte(u)) //nolint:gosec // the halves of 16 bits
		} else {
			out = append(out, byte(u), byte(u>>8)) //nolint:gosec // the halves of 16 bits
		}
	}
	return string(out)
}

// offsets gives what of the Base64 form stays the same whatever stands before
// and after the text, for the three places that it can begin at.
func offsets(text string) ([]string, error) {
	var out []string
	for offset := range 3 {
		coded := base64.StdEncoding.EncodeToString(append(make([]byte, offset), text...))
		from, drop := [3]int{0, 2, 3}[offset], [3]int{0, 3, 2}[(offset+len(text))%3]
		if from >= len(coded)-drop {
			return nil, errors.New("the value is too short for base64offset: nothing of it stays the same at every place")
		}
		out = append(out, coded[from:len(coded)-drop])
	}
	return out, nil
}

// dashed writes out what windash stands for, where an encoding follows.
func dashed(text string) ([]string, error) {
	out := []string{""}
	for _, r := range text {
		choices := []rune{r}
		if isDash(r) {
			choices = dashes()
		}
		var next []string
		for _, o := range out {
			for _, c := range choices {
				next = append(next, o+string(c))
			}
		}
		if len(next) > maxVariants {
			return nil, fmt.Errorf("the modifier windash makes more than %d values before an encoding", maxVariants)
		}
		out = next
	}
	return out, nil
}
