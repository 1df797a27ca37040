import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

// No icon of Vant's is used; their font is larger than everything else on the declaration page, and the rest of it lies on a foreign server.
const withoutIconFont: Plugin = {
  name: 'without-icon-font',
  enforce: 'pre',
  load: (id) => (/vant\/es\/icon\/index\.css/.test(id) ? '.van-icon{position:relative;display:inline-block}' : undefined),
}

// Two pages that share next to nothing: what a farmer loads over a slow network holds nothing of the workbench.
export default defineConfig({
  base: '/m/',
  plugins: [withoutIconFont, vue()],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false, __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false },
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    target: 'es2017',
    cssTarget: 'chrome61',
    assetsInlineLimit: 0,
    rollupOptions: { input: ['declare.html', 'desk.html'] },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8080' } },
})
