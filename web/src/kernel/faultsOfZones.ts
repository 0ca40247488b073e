/** What the doors of zones and conduits say at the fields of forms. */
export const zones: Record<string, string> = {
  'name a zone': '请选择区域',
  'no asset is in this zone; give assets this zone first, or name one that assets have': '没有资产在此区域；请先给资产填写该区域，或选择资产已有的区域',
  'another zone: within a zone no conduit is needed': '请选择另一个区域：同一区域内不需要导管',
  'a protocol that sensors tell of, such as modbus, s7comm, opcua or ssh': '请选择探针能识别的协议，例如 modbus、s7comm、opcua、ssh',
  'change the conduit that is there, or name other protocols': '请修改已有的导管，或选择其他协议',
  'say why; it stays with the conduits': '请说明理由，将与导管一同保存',
  'what is undeclared; let commands pass where only those are left': '请选择未声明的通信；只剩命令时须勾选允许命令',
}
