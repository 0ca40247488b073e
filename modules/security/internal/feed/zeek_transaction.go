package feed

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
)

// zeekLog is a line of one of Zeek's logs that is no notice: transactions are told with what they
// say. Zeek's files do not say which log they are unless it is told to (_path); a line is known by
// members then that no other log has.
func zeekLog(e Event, log string, line []byte) (Event, error) {
	var all map[string]json.RawMessage
	if err := object(line, &all); err != nil {
		return Event{}, err
	}
	if log == "" {
		log = zeekPath(all)
	}
	e.Kind, e.Title = log, log
	if log == "" {
		e.Kind, e.Title = "log", "log"
		return e, nil
	}
	z := zeekSaid{all: all}
	z.read(log, &e)
	if len(z.list) > 0 {
		e.Told, e.Transaction, e.Fields = true, true, z.list
	}
	return e, nil
}

// zeekPath is the log that a line is of, by members that only its lines have together.
func zeekPath(all map[string]json.RawMessage) string {
	for _, x := range []struct{ log, a, b string }{
		{"dns", "query", "trans_id"},
		{"http", "trans_depth", "method"},
		{"ssl", "cipher", "resumed"},
		{"files", "fuid", "seen_bytes"},
		{"dce_rpc", "endpoint", "operation"},
		{"smb_mapping", "path", "share_type"},
		{"smb_files", "action", "name"},
		{"kerberos", "request_type", "success"},
		{"ntlm", "ntlm", "server_nb_computer_name"},
		{"ssh", "auth_attempts", "direction"},
		{"rdp", "cookie", "security_protocol"},
		{"ftp", "command", "arg"},
	} {
		if len(all[x.a]) > 0 && len(all[x.b]) > 0 {
			return x.log
		}
	}
	return ""
}

// zeekSaid gathers what a line says.
type zeekSaid struct {
	fields
	all map[string]json.RawMessage
}

func (z *zeekSaid) one(name string) string { return plainText(z.all[name]) }

// put keeps a member under a name.
func (z *zeekSaid) put(as, name string) { z.add(as, z.one(name)) }

// read keeps what is common to Zeek and Suricata under the names of the latter, by which
// indicators are looked for as well, and of other logs the names that Zeek has. Connections are
// too many, and probes tell them.
func (z *zeekSaid) read(log string, e *Event) {
	switch log {
	case "dns":
		z.dns(e)
	case "http":
		z.http(e)
	case "ssl":
		z.tls(e)
	case "files":
		z.file(e)
	default:
		if slices.Contains(ZeekLogs(), log) {
			z.others(e)
		}
	}
}

// ZeekLogs are the logs of Zeek that are kept under its own names for their fields.
func ZeekLogs() []string {
	return []string{"dce_rpc", "smb_mapping", "smb_files", "kerberos", "ntlm", "ssh", "rdp", "ftp", "x509", "software", "tunnel", "socks", "smtp", "weird"}
}

func (z *zeekSaid) dns(e *Event) {
	query := strings.TrimSuffix(z.one("query"), ".")
	if query == "" {
		return
	}
	z.add(DNSQuery, query)
	z.put(DNSType, "qtype_name")
	z.put(DNSCode, "rcode_name")
	var answers []string
	if json.Unmarshal(z.all["answers"], &answers) == nil {
		z.add(DNSAnswer, answers...)
	}
	e.Title, e.Detail = query, strings.TrimSpace(z.one("qtype_name")+" "+z.one("rcode_name"))
}

func (z *zeekSaid) http(e *Event) {
	h := eveHTTP{Host: z.one("host"), URL: plainURL(z.one("uri"))}
	if h.Host == "" && h.URL == "" {
		return
	}
	z.add(HTTPHost, h.Host)
	z.put(HTTPMethod, "method")
	z.add(HTTPURL, h.URL)
	z.add(HTTPWhole, h.whole(e.Port))
	z.put(HTTPAgent, "user_agent")
	z.put(HTTPStatus, "status_code")
	z.add(HTTPRefer, plainURL(z.one("referrer")))
	z.put(HTTPVersion, "version")
	z.put(HTTPLength, "response_body_len")
	e.Title, e.Detail = strings.TrimSpace(z.one("method")+" "+h.whole(e.Port)), z.one("user_agent")
}

func (z *zeekSaid) tls(e *Event) {
	e.Kind = "tls"
	z.add(TLSName, strings.TrimSuffix(z.one("server_name"), "."))
	z.put(TLSVersion, "version")
	z.put(TLSSubject, "subject")
	z.put(TLSIssuer, "issuer")
	z.add(TLSJA3, hexadecimal(z.one("ja3")))
	z.add(TLSJA3S, hexadecimal(z.one("ja3s")))
	e.Title, e.Detail = z.one("server_name"), strings.TrimSpace(z.one("version")+" "+z.one("subject"))
	if e.Title == "" {
		e.Title = "tls"
	}
}

func (z *zeekSaid) file(e *Event) {
	e.Kind = "fileinfo"
	name := plainURL(z.one("filename"))
	if name == "" && z.one("md5")+z.one("sha1")+z.one("sha256") == "" {
		return // what nobody can name or know again
	}
	z.add(FileSHA256, hexadecimal(z.one("sha256")))
	z.add(FileSHA1, hexadecimal(z.one("sha1")))
	z.add(FileMD5, hexadecimal(z.one("md5")))
	z.add(FileName, name)
	z.put(FileSize, "seen_bytes")
	z.put(FileMagic, "mime_type")
	e.Title, e.Detail = path.Base(strings.ReplaceAll(name, `\`, "/")), z.one("mime_type")
}

// others keeps what a line says but its times, numbers of its own and what opens something.
func (z *zeekSaid) others(e *Event) {
	var names []string
	for name := range z.all {
		if !strings.HasPrefix(name, "id.") && !strings.HasPrefix(name, "_") && !slices.Contains([]string{"ts", "uid", "fuid", "password", "cookie", "trans_id"}, name) && word(name) == name {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		z.put(name, name)
	}
	for _, name := range []string{"operation", "name", "path", "user", "username", "client", "command"} {
		if v := z.one(name); v != "" {
			e.Title = e.Kind + " " + v
			return
		}
	}
}
