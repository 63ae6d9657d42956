/* stream.c - one question over TCP, or TLS over TCP; see engine.h. */
#include "engine.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct stream {
	SSL *ssl; /* NULL: plain TCP */
	bool connected, secured;
	uint8_t out[2 + QUERY_MAX];
	size_t out_size, written;
	uint8_t length[2];
	uint8_t *in;
	size_t in_size, had; /* length included */
};

enum progress { DONE, WAIT_READ, WAIT_WRITE, BROKEN };

/* --- TLS -------------------------------------------------------------------- */

/* The certificates that the system trusts; SSL_CERT_FILE names others. */
static SSL_CTX *tls_context(struct net *net)
{
	SSL_CTX *context = net->tls;

	if (context != NULL)
		return context;
	context = SSL_CTX_new(TLS_client_method());
	if (context == NULL || SSL_CTX_set_default_verify_paths(context) != 1 ||
		SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	net->tls = context;
	return context;
}

void net_free_tls(struct net *net)
{
	SSL_CTX_free(net->tls);
}

static SSL *new_tls(struct asking *asking)
{
	const char *name = asking->question.tls_name;
	char address[PB_ADDRESS_TEXT_MAX];
	SSL_CTX *context = tls_context(asking->net);
	SSL *ssl = context == NULL ? NULL : SSL_new(context);
	bool fine;

	if (ssl == NULL)
		return NULL;
	fine = SSL_set_fd(ssl, asking->fd) == 1;
	if (name != NULL)
		fine = fine && SSL_set_tlsext_host_name(ssl, name) == 1 &&
		       SSL_set1_host(ssl, name) == 1;
	else
		fine = fine &&
		       X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
			       pb_address_to_text(&asking->peer->address, address)) == 1;
	if (fine)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

static enum progress tls_progress(const struct stream *stream, int result)
{
	switch (SSL_get_error(stream->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return WAIT_READ;
	case SSL_ERROR_WANT_WRITE:
		return WAIT_WRITE;
	default:
		return BROKEN;
	}
}

static enum progress handshake(struct stream *stream)
{
	int result;

	ERR_clear_error();
	result = SSL_connect(stream->ssl);
	if (result != 1)
		return tls_progress(stream, result);
	stream->secured = true;
	return DONE;
}

/* --- reading and writing ---------------------------------------------------- */

static enum progress plain_progress(enum progress wait)
{
	return errno == EAGAIN || errno == EINTR ? wait : BROKEN;
}

static enum progress write_some(struct asking *asking, struct stream *stream)
{
	while (stream->written < stream->out_size) {
		const uint8_t *from = stream->out + stream->written;
		size_t left = stream->out_size - stream->written;
		ssize_t size;

		ERR_clear_error();
		size = stream->ssl != NULL ? SSL_write(stream->ssl, from, (int)left)
					   : send(asking->fd, from, left, MSG_NOSIGNAL);
		if (size <= 0)
			return stream->ssl != NULL ? tls_progress(stream, (int)size)
						   : plain_progress(WAIT_WRITE);
		stream->written += (size_t)size;
	}
	return DONE;
}

/* Octets into `to`. Those of the length come first, then as many as that says. */
static enum progress read_some(
	struct asking *asking, struct stream *stream, uint8_t *to, size_t left)
{
	ssize_t size;

	ERR_clear_error();
	size = stream->ssl != NULL ? SSL_read(stream->ssl, to, (int)left)
				   : recv(asking->fd, to, left, 0);
	if (size < 0 || (size == 0 && stream->ssl != NULL))
		return stream->ssl != NULL ? tls_progress(stream, (int)size)
					   : plain_progress(WAIT_READ);
	if (size == 0)
		return BROKEN;
	stream->had += (size_t)size;
	return DONE;
}

static enum progress read_all(struct asking *asking, struct stream *stream)
{
	enum progress progress = DONE;

	while (progress == DONE && stream->had < 2)
		progress = read_some(
			asking, stream, stream->length + stream->had, 2 - stream->had);
	if (progress != DONE)
		return progress;
	if (stream->in == NULL) {
		stream->in_size = (size_t)stream->length[0] << 8 | stream->length[1];
		stream->in = malloc(stream->in_size + 1);
		if (stream->in == NULL)
			return BROKEN;
	}
	while (progress == DONE && stream->had < stream->in_size + 2)
		progress = read_some(asking, stream, stream->in + stream->had - 2,
			stream->in_size + 2 - stream->had);
	return progress;
}

/* --- one round of it -------------------------------------------------------- */

static void wait_for(struct asking *asking, enum progress progress)
{
	struct epoll_event event = {
		.events = progress == WAIT_READ ? EPOLLIN : EPOLLOUT,
		.data.ptr = asking,
	};

	(void)epoll_ctl(asking->net->epoll, EPOLL_CTL_MOD, asking->fd, &event);
}

static bool connected(const struct asking *asking)
{
	int code = 0;
	socklen_t size = sizeof(code);

	return getsockopt(asking->fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 &&
	       code == 0;
}

static enum progress advance(struct asking *asking, struct stream *stream)
{
	enum progress progress = DONE;

	if (!stream->connected) {
		if (!connected(asking))
			return BROKEN;
		stream->connected = true;
	}
	if (stream->ssl != NULL && !stream->secured)
		progress = handshake(stream);
	if (progress == DONE && stream->written < stream->out_size)
		progress = write_some(asking, stream);
	return progress == DONE ? read_all(asking, stream) : progress;
}

static void broken(struct asking *asking)
{
	const struct stream *stream = asking->stream;
	long verified = stream->ssl != NULL && stream->connected && !stream->secured
				? SSL_get_verify_result(stream->ssl)
				: X509_V_OK;

	if (verified != X509_V_OK)
		net_failed(
			asking, NET_UNTRUSTED, X509_verify_cert_error_string(verified));
	else if (!stream->connected)
		net_try_failed(asking, NET_SILENT, "TCP: connection refused");
	else if (stream->ssl != NULL && !stream->secured)
		net_try_failed(asking, NET_SILENT, "it does not speak TLS");
	else
		net_try_failed(asking, NET_SILENT, "TCP: connection closed");
}

void net_ready_stream(struct asking *asking)
{
	struct stream *stream = asking->stream;
	enum progress progress = advance(asking, stream);
	struct pb_bytes wire;
	uint8_t *in;

	if (progress == WAIT_READ || progress == WAIT_WRITE) {
		wait_for(asking, progress);
		return;
	}
	if (progress == BROKEN) {
		broken(asking);
		return;
	}
	/* What is reported outlives the stream, which ends before the callback. */
	in = stream->in;
	stream->in = NULL;
	wire = (struct pb_bytes){in, stream->in_size};
	if (!net_matches(asking, wire) || !net_take(asking, wire))
		net_failed(asking, NET_MALFORMED, "an answer that cannot be read");
	free(in);
}

/* A socket, with TLS if that is wanted. Without it there must be no socket either: what
 * came there would be read as plain text. */
static enum launched open_stream(struct asking *asking, struct stream *stream)
{
	enum launched launched = net_open(asking, SOCK_STREAM);

	if (launched != LAUNCHED || asking->transport != NET_TLS)
		return launched;
	stream->ssl = new_tls(asking);
	if (stream->ssl != NULL)
		return LAUNCHED;
	(void)close(asking->fd); /* epoll forgets it */
	asking->fd = -1;
	return LAUNCH_FAILED;
}

enum launched net_launch_stream(struct asking *asking)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	enum launched launched;

	if (stream == NULL)
		return LAUNCH_NO_SOCKETS;
	asking->stream = stream;
	launched = open_stream(asking, stream);
	stream->out_size = 2 + net_write_query(asking, stream->out + 2);
	stream->out[0] = (uint8_t)((stream->out_size - 2) >> 8);
	stream->out[1] = (uint8_t)(stream->out_size - 2);
	if (launched != LAUNCHED)
		net_close_stream(asking);
	return launched;
}

void net_close_stream(struct asking *asking)
{
	struct stream *stream = asking->stream;

	if (stream == NULL)
		return;
	SSL_free(stream->ssl);
	free(stream->in);
	free(stream);
	asking->stream = NULL;
}
