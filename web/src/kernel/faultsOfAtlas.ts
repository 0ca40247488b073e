/** Sentences of the doors of the atlas in Chinese; see faults.ts. */
export const atlas: Record<string, string> = {
  'an identifier without spaces and slashes': '编号不含空格和斜杠',
  'name the stage': '请填写环节名称',
  'another stage has this name': '已有同名环节',
  '1 to 500 stages and at most 3000 links': '1 至 500 个环节，最多 3000 条上下游关系',
  'links lead from stage to stage, each once, in no circle; shares of one stage add up to at most 1': '上下游关系连接已有环节，不重复、不成环；同一环节的份额之和不超过 1',
  'name the chain in Chinese': '请填写产业链中文名称',
  'another name, or edit the chain that has it': '请换一个名称，或修改同名产业链',
  'tell who proposed it why': '请向建议人说明理由',
  'change a stage or a link': '请至少修改一个环节或一条关系',
  'name the list': '请填写名单名称',
}
