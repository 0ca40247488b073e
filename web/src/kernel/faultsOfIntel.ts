/** What the doors of threat intelligence and its feeds say at the fields of forms. */
export const intel: Record<string, string> = {
  'say whose intelligence it is, in 100 characters at most': '请写明是谁的情报，最多 100 字',
  'from 1 to 3650 days': '1 至 3650 天',
  'a bundle of STIX 2.1 as JSON': 'STIX 2.1 的 JSON 包',
  'from 1 to 20000 objects; part what is larger': '1 至 20000 个对象，更大的请拆分',
  'say why; it stays with the indicator': '请说明理由，将留在指标中',
  'say whose intelligence it is': '请写明是谁的情报',
  'the address of an API root such as https://example.org/api1/, without user and question mark': '请填写 API 根地址，例如 https://example.org/api1/，不含用户名和问号',
  'the id or alias of a collection': '请填写集合的编号或别名',
  'a user, without a colon': '请填写用户名，不含冒号',
  'a name that no other feed has': '请换一个名称，此名称已被使用',
}
