package enterprise

import "strings"

// maskName leaves the first character of a name.
func maskName(name string) string {
	list := []rune(strings.TrimSpace(name))
	if len(list) == 0 {
		return ""
	}
	return string(list[:1]) + strings.Repeat("*", min(len(list)-1, 3))
}

// maskPhone leaves the last two characters of a number, and as much at its beginning
// as tells its region.
func maskPhone(phone string) string {
	phone = strings.TrimSpace(phone)
	switch {
	case phone == "":
		return ""
	case len(phone) < 7:
		return strings.Repeat("*", len(phone))
	default:
		return phone[:3] + strings.Repeat("*", len(phone)-5) + phone[len(phone)-2:]
	}
}

// maskEmail leaves the first character of an address and where it is.
func maskEmail(email string) string {
	name, host, ok := strings.Cut(strings.TrimSpace(email), "@")
	if !ok || name == "" {
		return ""
	}
	return string([]rune(name)[:1]) + "***@" + host
}
