import { BarChart, GaugeChart, LineChart, MapChart, PieChart, RadarChart, ScatterChart, TreemapChart } from 'echarts/charts'
import { DataZoomComponent, GeoComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, RadarComponent, TitleComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import * as core from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

core.use([
  BarChart, GaugeChart, LineChart, MapChart, PieChart, RadarChart, ScatterChart, TreemapChart, DataZoomComponent, GeoComponent, GridComponent, LegendComponent, MarkAreaComponent,
  MarkLineComponent, RadarComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer,
])

/** ECharts with the parts that this web draws with, and no others. */
export { core }
