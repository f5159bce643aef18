export class Upper {
  encoding = 'utf-8'
  dumps = (value) => value.toUpperCase()
  loads = (stored) => stored
}
