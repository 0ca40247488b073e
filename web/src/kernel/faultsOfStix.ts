/**
 * What programs of the rooms say of objects of STIX, of signed files and of notices in them.
 * The keys are the sentences as they stand in the sources, with %s and the like where a value
 * stands; {1} is the first value in Chinese. A test holds them and the sources together.
 */
export const ofStix: Record<string, string> = {
  // where a sentence stands
  'read as STIX 2.1: %w': '按 STIX 2.1 读取：{1}',
  'read a report: %w': '读取通报：{1}',
  'read %s: %w': '读取 {1}：{2}',
  '%s is not taken as a notice: %w': '{1} 不能作为通报收下：{2}',
  '/objects/%d: %w': '第 {1} 个对象（从 0 计）：{2}',
  'stix: not JSON as STIX has it at octet %d: %w': '第 {1} 字节处不是 STIX 的 JSON：{2}',
  'not JSON: %w': '不是 JSON：{1}',
  '%.80q does not end with a UUID: %w': '{1} 的结尾不是 UUID：{2}',
  // objects, properties
  '%.120s is here twice with the same version %q and different contents': '{1} 的同一版本 {2} 出现两次而内容不同',
  'a bundle without objects leaves the list away; an empty list is not allowed': '没有对象的 bundle 应省去列表，不能是空列表',
  'a bundle has no such property': 'bundle 没有此属性',
  'a bundle is no object and cannot be inside another': 'bundle 不是对象，不能嵌在另一个里面',
  '%.60q is no name of a type: 3 to 250 of a to z, 0 to 9 and single hyphens, beginning with a letter': '{1} 不是类型名称：须为 3 至 250 个小写字母、数字和单个连字符，以字母开头',
  'new-%.40s is no kind of extension': 'new-{1} 不是扩展的种类',
  '%s needs the property %s': '{1} 缺少属性 {2}',
  '%.60q is no name of a property: 3 to 250 of a to z, 0 to 9 and underscore, beginning with a letter': '{1} 不是属性名称：须为 3 至 250 个小写字母、数字和下划线，以字母开头',
  '%s has no such property, which other types have': '{1} 没有此属性，其他类型才有',
  'null is no value; leave the property away': 'null 不是值，请省去此属性',
  'an empty list is not allowed; leave the property away': '不能是空列表，请省去此属性',
  'an empty object is not allowed': '不能是空对象',
  'an empty dictionary is not allowed': '不能是空字典',
  '%s needs at least one of %s': '{1} 至少需要其一：{2}',
  '%s needs exactly one of %s': '{1} 须恰有其一：{2}',
  '%s has at most one of %s': '{1} 至多有其一：{2}',
  '%s needs %s beside it': '有 {1} 时还需要 {2}',
  '%s is before %s': '{1} 早于 {2}',
  '%s is not after %s': '{1} 不晚于 {2}',
  'modified is before created': 'modified 早于 created',
  // identifiers and references
  'an id is needed': '缺少 id',
  'the id of a %.60s begins with %.60s--, not %.60s--': '{1} 的 id 应以 {2}-- 开头，不是 {3}--',
  'a %.60s cannot be referred to here, only %s': '此处不能引用 {1}，只能引用 {2}',
  '%.80q does not begin with a type and two hyphens': '{1} 不以类型和两个连字符开头',
  '%.80q ends with a UUID that is none of RFC 9562': '{1} 结尾的 UUID 不符合 RFC 9562',
  '%.40q has not the form 8-4-4-4-12': '{1} 不是 8-4-4-4-12 的形式',
  '%.40q has other than hexadecimal digits': '{1} 含有十六进制以外的字符',
  'stix: an object is expected, not %s': '应为对象，不是{1}',
  'stix: an object without type': '对象缺少 type',
  'stix: an object of type %.60q without id': '类型为 {1} 的对象缺少 id',
  'stix: a bundle is expected, not %s': '应为 bundle，不是{1}',
  'stix: a bundle is expected, not the type %.60q': '应为 bundle，不是类型 {1}',
  'stix: /objects is to be a list, not %s': 'objects 应为列表，不是{1}',
  'stix: %.80q is no identifier of a bundle': '{1} 不是 bundle 的标识符',
  'stix: objects of %d octets are too many for one bundle': '对象共 {1} 字节，一个 bundle 装不下',
  '%s of an object is to be a text': '对象的 {1} 应为文本',
  'an object needs id and type': '对象须有 id 和 type',
  'an object is expected': '应为对象',
  'the property %.60q is there twice': '属性 {1} 出现两次',
  'something follows the object': '对象之后还有内容',
  // extensions
  'an extension says something': '扩展须有内容',
  'a property-extension has properties': 'property-extension 须有属性',
  'an extension says what kind it is by extension_type': '扩展须用 extension_type 写明种类',
  '%.60q is no kind of extension': '{1} 不是扩展的种类',
  '%s is a type of the standard; %s is for types that are none': '{1} 是标准类型，{2} 用于非标准类型',
  '%s is an extension of %s': '{1} 是 {2} 的扩展',
  'options of sockets are numbers': '套接字选项应为数字',
  'a family of malware has a name': '恶意软件家族须有名称',
  'what has ended is not active': '已结束的不能是活动的',
  'a message of several parts has no body': '多部分邮件没有 body',
  'a message of one part has no body_multipart': '单部分邮件没有 body_multipart',
  'an object with a type is expected': '应为带 type 的对象',
  // markings
  'a marking of the type statement has one': 'statement 类型的标记须有声明',
  'TLP:%s is %s and no other': 'TLP:{1} 只能是 {2}',
  'the name of this marking is %s': '此标记的名称应为 {1}',
  'the markings of TLP were created 2017-01-20T00:00:00.000Z': 'TLP 标记的创建时间是 2017-01-20T00:00:00.000Z',
  '%.40q is none of white, green, amber, red': '{1} 不是 white、green、amber、red 之一',
  'a marking does not mark itself': '标记不能标记自己',
  'more than %d selectors of one object are not followed': '一个对象最多 {1} 个选择器',
  '%.80q leads to nothing in this object': '{1} 在此对象中找不到',
  // values
  '%s is expected, not %s': '应为{1}，不是{2}',
  '%s is expected, not %.60q': '应为{1}，不是 {2}',
  '%.60q is none of %s': '{1} 不是其中之一：{2}',
  'the version of the standard is 2.1 here, not %.20q': '此处标准版本为 2.1，不是 {1}',
  '%v: RFC 3339 in UTC with Z is expected': '{1}：应为 RFC 3339 的 UTC 时间，以 Z 结尾',
  '%.60q is no timestamp such as 2026-01-31T23:59:59.000Z': '{1} 不是时间，应如 2026-01-31T23:59:59.000Z',
  '%.60q is no time such as 2026-01-31T23:59:59.000000Z': '{1} 不是时间，应如 2026-01-31T23:59:59.000000Z',
  '%s has %d decimal places of seconds and needs at least 3': '{1} 的秒有 {2} 位小数，至少要 3 位',
  '%.40s is no integer between -(2**53)+1 and (2**53)-1': '{1} 不是 -(2**53)+1 至 (2**53)-1 的整数',
  '%.40s is beyond a double of IEEE 754': '{1} 超出 IEEE 754 双精度',
  '%v is less than %v': '{1} 小于 {2}',
  '%v is not between %v and %v': '{1} 不在 {2} 至 {3} 之间',
  '%.60q is no key: 1 to 250 of a to z, A to Z, 0 to 9, hyphen and underscore': '{1} 不是键：须为 1 至 250 个字母、数字、连字符和下划线',
  'no hash is given': '没有给出散列',
  '%.60q is no name of an algorithm: 3 to 250 of a to z, A to Z, 0 to 9, hyphen and underscore': '{1} 不是算法名称：须为 3 至 250 个字母、数字、连字符和下划线',
  'a value of %s is %d hexadecimal digits': '{1} 的值应为 {2} 个十六进制数字',
  // JSON
  'stix: %d octets are more than %d': '{1} 字节，超过 {2}',
  'stix: the document is not UTF-8': '不是 UTF-8',
  'something follows the document': '文档之后还有内容',
  'nested more than %d deep': '嵌套超过 {1} 层',
  'more than %d values': '值多于 {1} 个',
  'it ends where a value is expected': '应有值处已结束',
  '%q does not begin a value': '{1} 不能是值的开头',
  'not a number': '不是数字',
  'a number of more than %d octets': '数字超过 {1} 字节',
  'a control character in a text': '文本中有控制字符',
  'a text does not end': '文本没有结束',
  'an escape that JSON does not have': 'JSON 没有的转义',
  'half of a surrogate pair': '半个代理对',
  'an escape of a character that is cut off': '字符转义不完整',
  'an escape of a character that is not hexadecimal': '字符转义不是十六进制',
  'a list needs a comma or its end here': '列表此处应为逗号或结束',
  'an object needs a comma or its end here': '对象此处应为逗号或结束',
  'a key is expected here': '此处应为键',
  'a colon is expected here': '此处应为冒号',
  'an object of more than %d keys': '对象的键多于 {1} 个',
  'the key %q occurs twice': '键 {1} 出现两次',
  // signed files
  'the file is larger than %d octets': '文件超过 {1} 字节',
  'it is no ZIP, or a damaged one': '不是 ZIP，或已损坏',
  'the ZIP has %d files, where %s and %s are expected': 'ZIP 有 {1} 个文件，应为 {2} 和 {3}',
  'the ZIP has the file %.60q, where %s and %s are expected': 'ZIP 含有文件 {1}，应为 {2} 和 {3}',
  'the ZIP has two files %s': 'ZIP 有两个 {1}',
  'bundle.json: %w': 'bundle.json：{1}',
  'signature.json: %w': 'signature.json：{1}',
  '%s is no JSON': '{1} 不是 JSON',
  'the statement is not one of a file of notices': '签名声明不是通报文件的声明',
  'the number of the file is out of bounds': '文件编号超出范围',
  'the time %q is none': '{1} 不是时间',
  'the bundle is not the one that was signed': 'bundle 与签名时的不同',
  'it cannot be unpacked': '无法解压',
  'it is damaged': '已损坏',
  'it is larger than %d octets': '超过 {1} 字节',
  'bundle.json is no bundle of STIX': 'bundle.json 不是 STIX 的 bundle',
  'its bundle has more than %d objects': 'bundle 的对象多于 {1} 个',
  // notices of upper levels
  '%s cannot be read as a notice': '{1} 不能作为通报读取',
  'it has no title': '没有标题',
  'its title has more than %d characters': '标题超过 {1} 个字符',
  'its text has more than %d characters': '正文超过 {1} 个字符',
  'its number has more than %d characters': '文号超过 {1} 个字符',
  'it has a sign that is no text': '含有非文本字符',
  'its version %.40q is no time': '版本 {1} 不是时间',
  'published %.40q is no time': 'published {1} 不是时间',
  'valid_until %.40q is no time': 'valid_until {1} 不是时间',
}

/** What values are called in sentences. */
const values: Record<string, string> = {
  'a text': '文本', 'a number': '数字', 'a boolean': '真或假', 'an object': '对象', 'a list': '列表', null: 'null',
  'pairs of hexadecimal digits, a to f in lower case': '成对的小写十六进制数字', 'Base64 (RFC 4648 section 4)': 'Base64（RFC 4648 第 4 节）', 'a language tag of RFC 5646, such as zh-Hans,': ' RFC 5646 语言标签（如 zh-Hans）',
  'a word of a to z, 0 to 9 and hyphen': '小写字母、数字和连字符的词', 'an IPv4 address or a CIDR block': ' IPv4 地址或 CIDR 段', 'an IPv6 address or a CIDR block': ' IPv6 地址或 CIDR 段', 'a MAC address such as d2:fb:49:24:37:18, in lower case,': '小写 MAC 地址（如 d2:fb:49:24:37:18）', 'a name of CPE 2.3 with its 13 parts': ' 13 段的 CPE 2.3 名称',
}

const verb = /%(?:\.\d+)?[qsvdw]/
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** What a verb of a sentence stands for: quoted texts end with their quote. */
const hole = (v: string) => (v.endsWith('q') ? '("(?:[^"\\\\]|\\\\.)*"|.+?)' : v.endsWith('d') ? '(-?\\d+)' : v.endsWith('w') ? '(.+)' : '(.+?)')

/** The sentences as patterns, those with the most words first. */
const forms = Object.entries(ofStix)
  .map(([format, text]) => {
    const holes = format.match(new RegExp(verb, 'g')) ?? []
    const words = format.split(new RegExp(verb)).map(escape)
    return { words: words.join('').length, pattern: new RegExp(`^${words.map((w, i) => w + (i < holes.length ? hole(holes[i]!) : '')).join('')}$`, 's'), text }
  })
  .sort((a, b) => b.words - a.words)

const where = /^(.*) \(STIX 2\.1 section ([\d.]+), at (\S*)\)$/s

/** Puts a sentence about STIX or a signed file into Chinese; undefined where it is none. */
export function restateStix(message: string): string | undefined {
  const known = values[message]
  if (known) return known
  const place = where.exec(message)
  if (place) return `${restateStix(place[1]!) ?? place[1]!}（STIX 2.1 第 ${place[2]} 节，${place[3]}）`
  for (const { pattern, text } of forms) {
    const found = pattern.exec(message)
    if (found) return text.replace(/\{(\d)\}/g, (_, n: string) => restateStix(found[Number(n)] ?? '') ?? found[Number(n)] ?? '')
  }
  return undefined
}
