import { PageHeader } from '../../kernel'
import { useEnterpriseTexts } from './texts'

/** The directory of enterprises. */
export default function Directory() {
  const t = useEnterpriseTexts()
  return <PageHeader title={t('list.title')} />
}
