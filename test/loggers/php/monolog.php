<?php
// Monolog: php monolog.php json | line | logstash
require 'Monolog/autoload.php';

use Monolog\Formatter\JsonFormatter;
use Monolog\Formatter\LineFormatter;
use Monolog\Formatter\LogstashFormatter;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

final class PaymentError extends RuntimeException
{
}

function charge(): void
{
    throw new PaymentError('charge card', 7, new Exception('connection refused'));
}

$format = [
    'json' => fn () => new JsonFormatter(),
    'line' => fn () => new LineFormatter(null, null, false, true),
    'logstash' => fn () => new LogstashFormatter('checkout', 'vm-1.example.com'),
][$argv[1]]();
if ($format instanceof JsonFormatter) {
    $format->includeStacktraces();
}
$handler = new StreamHandler('php://stdout');
$handler->setFormatter($format);
$log = new Logger('checkout', [$handler], [], new DateTimeZone('UTC'));

foreach (Logger::getLevels() as $name => $level) {
    $log->log($level, 'level ' . strtolower($name));
}
$log->info('order accepted', [
    'order' => '1001', 'items' => 3, 'total' => 49.9, 'paid' => true, 'coupon' => null,
    'customer' => ['id' => 17, 'country' => 'AT'], 'skus' => ['A-17', 'B-2'],
]);
try {
    charge();
} catch (PaymentError $e) {
    $log->error('payment failed', ['exception' => $e]);
}
$log->info("first line\nsecond line: Grüße, 世界 🚀");
$log->pushProcessor(function ($record) {
    $record['extra']['trace_id'] = '4bf92f3577b34da6a3ce929d0e0e4736';
    $record['extra']['span_id'] = '00f067aa0ba902b7';
    return $record;
});
$log->info('order priced');
$log->popProcessor();
$log->info('', ['method' => 'GET', 'path' => '/orders', 'status' => 200]);
