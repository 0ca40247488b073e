package gs1

import (
	"strconv"
	"strings"
)

// formats are those of application identifiers (General Specifications, figure
// 3.2-1): components with a kind (N digits, X, Y and Z characters of the sets 82,
// 39 and 64), a length or the longest one after two dots, and what it ends with:
// c a check digit, d a date, g a check pair. In brackets stands what may be
// missing. The last digit of a measure says where its decimal point is.
const formats = `
00 N18c
01-03 N14c
10 X..20
11-13 N6d
15-17 N6d
20 N2
21-22 X..20
30 N..8
37 N..8
90 X..30
91-99 X..90
235 X..28
240-241 X..30
242 N..6
243 X..20
250-251 X..30
253 N13c [X..17]
254 X..20
255 N13c [N..12]
400-401 X..30
402 N17c
403 X..30
410-417 N13c
420 X..20
421 N3 X..9
422 N3
423 N3 [N..12]
424 N3
425 N3 [N..12]
426 N3
427 X..3
710-717 X..20
3100-3105 N6
3110-3115 N6
3120-3125 N6
3130-3135 N6
3140-3145 N6
3150-3155 N6
3160-3165 N6
3200-3205 N6
3210-3215 N6
3220-3225 N6
3230-3235 N6
3240-3245 N6
3250-3255 N6
3260-3265 N6
3270-3275 N6
3280-3285 N6
3290-3295 N6
3300-3305 N6
3310-3315 N6
3320-3325 N6
3330-3335 N6
3340-3345 N6
3350-3355 N6
3360-3365 N6
3370-3375 N6
3400-3405 N6
3410-3415 N6
3420-3425 N6
3430-3435 N6
3440-3445 N6
3450-3455 N6
3460-3465 N6
3470-3475 N6
3480-3485 N6
3490-3495 N6
3500-3505 N6
3510-3515 N6
3520-3525 N6
3530-3535 N6
3540-3545 N6
3550-3555 N6
3560-3565 N6
3570-3575 N6
3600-3605 N6
3610-3615 N6
3620-3625 N6
3630-3635 N6
3640-3645 N6
3650-3655 N6
3660-3665 N6
3670-3675 N6
3680-3685 N6
3690-3695 N6
3900-3909 N..15
3910-3919 N3 N..15
3920-3929 N..15
3930-3939 N3 N..15
3940-3943 N4
3950-3955 N6
4300-4301 X..35
4302-4306 X..70
4307 X2
4308 X..30
4309 N20
4310-4311 X..35
4312-4316 X..70
4317 X2
4318 X..20
4319 X..30
4320 X..35
4321-4323 N1
4324-4325 N6d N4
4326 N6d
4330-4333 N6 [X1]
7001 N13
7002 X..30
7003 N6d N4
7004 N..4
7005 X..12
7006 N6d
7007 N6d [N6d]
7008 X..3
7009 X..10
7010 X..2
7011 N6d [N4]
7020-7022 X..20
7023 X..30
7030-7039 N3 X..27
7040 N1 X3
7230-7239 X2 X..28
7240 X..20
7241 N2
7242 X..25
8001 N14
8002 X..20
8003 N14c [X..16]
8004 X..30
8005 N6
8006 N14c N4
8007 X..34
8008 N8d [N..4]
8009 X..50
8010 Y..30
8011 N..12
8012 X..20
8013 X..25g
8017-8018 N18c
8019 N..10
8020 X..25
8026 N14c N4
8030 Z..90
8110 X..70
8111 N4
8112 X..70
8200 X..70
`

// formatOf returns the format of an application identifier's value.
func formatOf(ai string) (string, bool) {
	if len(ai) < 2 || !isNumber(ai) {
		return "", false
	}
	for line := range strings.Lines(formats) {
		known, format, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		first, last, isRange := strings.Cut(known, "-")
		if !isRange {
			last = first
		}
		if len(first) == len(ai) && first <= ai && ai <= last {
			return format, true
		}
	}
	return "", false
}

// matches tells why a value is not in a format.
func matches(format, value string) error {
	for part := range strings.FieldsSeq(format) {
		optional := strings.HasPrefix(part, "[")
		part = strings.Trim(part, "[]")
		kind, ending := part[0], part[len(part)-1]
		length := strings.TrimRight(part[1:], "cdg")
		least := 1
		most, err := strconv.Atoi(strings.TrimPrefix(length, ".."))
		if err != nil {
			return syntax("format %q", format)
		}
		if !strings.HasPrefix(length, "..") {
			least = most
		}
		if optional && value == "" {
			return nil
		}
		if len(value) < least {
			return syntax("%q is too short", value)
		}
		one := value[:min(len(value), most)]
		value = value[len(one):]
		if err := checkPart(kind, ending, one); err != nil {
			return err
		}
	}
	if value != "" {
		return syntax("%q is too much", value)
	}
	return nil
}

func checkPart(kind, ending byte, part string) error {
	set := map[byte]string{'N': digits, 'X': set82, 'Y': set39, 'Z': set64}[kind]
	for i := range len(part) {
		if strings.IndexByte(set, part[i]) < 0 {
			return syntax("%q has a character that is not allowed", part)
		}
	}
	switch {
	case ending == 'c' && !HasCheckDigit(part):
		return syntax("the check digit of %s is wrong", part)
	case ending == 'd' && !isDate(part):
		return syntax("%s is no date YYMMDD", part)
	case ending == 'g' && !hasCheckPair(part):
		return syntax("the check characters of %s are wrong", part)
	}
	return nil
}
