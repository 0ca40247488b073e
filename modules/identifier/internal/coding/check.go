package coding

import (
	"errors"
	"strings"
)

// Method is how a check digit is made.
type Method string

// The methods.
const (
	Mod37 Method = "iso7064_mod37_36" // ISO/IEC 7064:2003 MOD 37,36: digits and letters
	Mod11 Method = "iso7064_mod11_10" // ISO/IEC 7064:2003 MOD 11,10: digits
	Luhn  Method = "luhn"             // ISO/IEC 7812-1 annex B: digits
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

var errNotCounted = errors.New("the method counts digits only, or digits and letters; separators are left out")

// counted are the numbers of characters; separators are left out.
func counted(text string, most int) ([]int, error) {
	var list []int
	for _, r := range strings.ToUpper(text) {
		if strings.ContainsRune("-._", r) {
			continue
		}
		n := strings.IndexRune(alphabet, r)
		if n < 0 || n >= most {
			return nil, errNotCounted
		}
		list = append(list, n)
	}
	return list, nil
}

// CheckDigit returns the character that a method puts behind a text.
func CheckDigit(m Method, text string) (string, error) {
	switch m {
	case Mod37:
		list, err := counted(text, 36)
		return hybrid(list, 36), err
	case Mod11:
		list, err := counted(text, 10)
		return hybrid(list, 10), err
	case Luhn:
		list, err := counted(text, 10)
		return luhn(list), err
	default:
		return "", errors.New("there is no such method")
	}
}

// hybrid is the check character of the hybrid systems, MOD M+1,M (ISO/IEC 7064,
// section 9).
func hybrid(list []int, m int) string {
	p := m
	for _, a := range list {
		s := (p + a) % m
		if s == 0 {
			s = m
		}
		p = 2 * s % (m + 1)
	}
	return string(alphabet[(m+1-p)%m])
}

func luhn(list []int) string {
	sum := 0
	for i := range list {
		n := list[len(list)-1-i]
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return string(alphabet[(10-sum%10)%10])
}
