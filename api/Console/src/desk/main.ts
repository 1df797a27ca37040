import { createApp } from 'vue'
import 'vant/es/button/style/index.mjs'
import 'vant/es/cell-group/style/index.mjs'
import 'vant/es/field/style/index.mjs'
import 'vant/es/popup/style/index.mjs'
import '../shared/base.css'
import './desk.css'
import DeskApp from './DeskApp.vue'

createApp(DeskApp).mount('#app')
