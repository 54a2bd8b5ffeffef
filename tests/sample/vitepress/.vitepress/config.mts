import { defineConfig } from 'vitepress'

export default defineConfig({
  lang: 'zh-CN',
  title: '帮助中心',
  cleanUrls: true,
})
