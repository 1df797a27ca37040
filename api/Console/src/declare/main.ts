import { createApp } from 'vue'
import 'vant/es/button/style/index.mjs'
import 'vant/es/cell-group/style/index.mjs'
import 'vant/es/field/style/index.mjs'
import '../shared/base.css'
import './declare.css'
import DeclareApp from './DeclareApp.vue'

createApp(DeclareApp).mount('#app')
