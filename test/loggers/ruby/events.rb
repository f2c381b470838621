# The values that every logger gets.
FIELDS = {
  order: '1001', items: 3, total: 49.9, paid: true, coupon: nil,
  customer: { id: 17, country: 'AT' }, skus: %w[A-17 B-2]
}.freeze
MULTILINE = "first line\nsecond line: Grüße, 世界 🚀".freeze
TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'.freeze
SPAN_ID = '00f067aa0ba902b7'.freeze
FAILURE = lambda do
  raise IOError, 'connection refused'
rescue IOError
  begin
    raise 'charge card'
  rescue RuntimeError => e
    e
  end
end
