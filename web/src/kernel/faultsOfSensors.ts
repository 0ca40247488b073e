/** What the doors of sensors say at the fields of forms. */
export const sensors: Record<string, string> = {
  'name the sensor as people on site do': '请按现场的叫法填写名称',
  'the ID of a machine of the kind probe, 26 characters': '类别为探针的机器编号，26 个字符',
  'leave this to the enterprise': '此项由企业决定',
  'choose another machine': '请选择其他机器',
}
