// Without the fonts of the default theme: the site loads nothing from elsewhere, and the fonts of the system are fast.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'

export default DefaultTheme
