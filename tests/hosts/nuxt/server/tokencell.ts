export default defineBffOptions(() => ({
  forward: () => ({ 'x-from-file': 'yes' }),
  onEvent: ({ type }) => console.log(`event ${type}`),
}))
