package gs1

import "strings"

// CheckDigit returns the check digit of digits without theirs (General
// Specifications, section 7.9.1), and false if they are no digits.
func CheckDigit(digits string) (byte, bool) {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i]) - '0'
		if n < 0 || n > 9 {
			return 0, false
		}
		if i%2 == 0 {
			n *= 3
		}
		sum += n
	}
	return byte('0' + (10-sum%10)%10), len(digits) > 0
}

// HasCheckDigit tells whether the last digit is the check digit of those before.
func HasCheckDigit(digits string) bool {
	if len(digits) < 2 {
		return false
	}
	last := len(digits) - 1
	want, ok := CheckDigit(digits[:last])
	return ok && digits[last] == want
}

// set82 are the characters of alphanumeric elements, in the order of their
// values (section 7.11); set39 those of component identifiers.
const (
	set82 = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`
	set39 = `#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ`
	set64 = `-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz=`
	set32 = `23456789ABCDEFGHJKLMNPQRSTUVWXYZ`
)

// CheckPair returns the two check characters of a Global Model Number without
// them (section 7.9.5), and false if it can be none.
func CheckPair(model string) (string, bool) {
	primes := [...]int{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83}
	if len(model) == 0 || len(model) > len(primes) {
		return "", false
	}
	sum := 0
	for i := range len(model) {
		value := strings.IndexByte(set82, model[len(model)-1-i])
		if value < 0 {
			return "", false
		}
		sum += value * primes[i]
	}
	sum %= 1021
	return string([]byte{set32[sum>>5], set32[sum&31]}), true
}

func hasCheckPair(model string) bool {
	if len(model) < 3 {
		return false
	}
	pair, ok := CheckPair(model[:len(model)-2])
	return ok && model[len(model)-2:] == pair
}

// isDate tells whether six digits are a date YYMMDD. Day 00 is the end of the
// month.
func isDate(s string) bool {
	if len(s) < 6 || !isNumber(s[:6]) {
		return false
	}
	month, day := int(s[2]-'0')*10+int(s[3]-'0'), int(s[4]-'0')*10+int(s[5]-'0')
	year := int(s[0]-'0')*10 + int(s[1]-'0')
	days := [...]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if month < 1 || month > 12 {
		return false
	}
	last := days[month]
	if month == 2 && year%4 == 0 {
		last++
	}
	return day <= last
}

const digits = "0123456789"

// isNumber tells whether there are digits and nothing else.
func isNumber(s string) bool { return s != "" && strings.Trim(s, digits) == "" }
